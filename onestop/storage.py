"""Where scans and letters lie: a file is there whole or not at all."""

import errno

from django.core.files.storage import FileSystemStorage

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # no space, no quota, larger than may be


class WholeFiles(FileSystemStorage):
    """Django's own leaves what it has written when the disk is full in the middle of a file."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            self.delete(name)
            raise
