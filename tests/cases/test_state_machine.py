"""The picture of states and verbs in the README is the one that the code draws."""

from django.core.management import call_command


def test_the_picture_of_the_state_machine_is_up_to_date():
    call_command("state_machine", check=True)
