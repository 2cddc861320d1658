"""Fees, payments, waivers and cash reports add up; VND."""

from django.utils.translation import gettext_lazy as _

from cases.enums import PaymentMethod
from cases.invariants.base import in_sql
from cases.payment_enums import OnlinePaymentState

INVARIANTS = (
    in_sql(
        "waivers-within-the-fee",
        _("No more of a fee is waived than it was, and only of a fee of the same dossier."),
        checked="SELECT count(*) FROM cases_feewaiver WHERE at >= %(since)s",
        broken="""
            SELECT DISTINCT d.code FROM cases_dossierfee f
              JOIN (SELECT w.fee_id, sum(w.amount) AS waived, bool_or(w.dossier_id <> o.dossier_id) AS elsewhere
                      FROM cases_feewaiver w JOIN cases_dossierfee o ON o.id = w.fee_id
                     GROUP BY w.fee_id) AS waivers ON waivers.fee_id = f.id
              JOIN cases_dossier d ON d.id = f.dossier_id
             WHERE d.filed_at >= %(since)s AND (waivers.waived > f.amount OR waivers.elsewhere)
        """,
    ),
    in_sql(
        "paid-back-within-the-payment",
        _("No more is paid back of a payment than was taken, and only in the same dossier."),
        checked="SELECT count(*) FROM cases_payment WHERE reverses_id IS NOT NULL AND paid_at >= %(since)s",
        broken="""
            SELECT taken.receipt_number FROM cases_payment taken
              JOIN (SELECT back.reverses_id, sum(back.amount) AS amount, bool_or(back.amount >= 0) AS wrong_way,
                           array_agg(DISTINCT back.dossier_id) AS dossiers
                      FROM cases_payment back WHERE back.reverses_id IS NOT NULL
                     GROUP BY back.reverses_id) AS back ON back.reverses_id = taken.id
             WHERE taken.paid_at >= %(since)s
               AND (taken.amount + back.amount < 0 OR back.wrong_way OR back.dossiers <> ARRAY[taken.dossier_id])
        """,
    ),
    in_sql(
        "no-more-taken-than-owed",
        _(
            "No more is taken for a dossier than its fees, but for what came online or by the post when it was not "
            "owed any more, and nothing is owed any more once it is settled."
        ),
        checked="""
            SELECT count(*) FROM cases_dossier d WHERE d.filed_at >= %(since)s
               AND EXISTS (SELECT 1 FROM cases_dossierfee f WHERE f.dossier_id = d.id)
        """,
        broken="""
            SELECT d.code FROM cases_dossier d
              LEFT JOIN (SELECT dossier_id, sum(amount) AS fees FROM cases_dossierfee GROUP BY 1) AS f
                ON f.dossier_id = d.id
              LEFT JOIN (SELECT dossier_id, sum(amount) AS paid FROM cases_payment GROUP BY 1) AS p
                ON p.dossier_id = d.id
              LEFT JOIN (SELECT dossier_id, sum(amount) AS waived FROM cases_feewaiver GROUP BY 1) AS w
                ON w.dossier_id = d.id
              LEFT JOIN (SELECT dossier_id, sum(overpaid) AS overpaid
                           FROM (SELECT dossier_id, overpaid FROM cases_onlinepayment WHERE overpaid > 0
                                  UNION ALL
                                 SELECT dossier_id, overpaid FROM cases_postalorder WHERE overpaid > 0) AS too_much
                          GROUP BY 1) AS o ON o.dossier_id = d.id
             WHERE d.filed_at >= %(since)s AND (f.fees IS NOT NULL OR p.paid IS NOT NULL OR w.waived IS NOT NULL)
               AND (COALESCE(p.paid, 0) NOT BETWEEN 0 AND COALESCE(f.fees, 0) + COALESCE(o.overpaid, 0)
                    OR (d.state = ANY(%(settled)s)
                        AND COALESCE(f.fees, 0) - COALESCE(w.waived, 0) - COALESCE(p.paid, 0) > 0))
        """,
    ),
    in_sql(
        "one-entry-for-each-online-payment",
        _(
            "Every order that the payment platform says was paid has exactly one entry of money: of its dossier, "
            "amount and transaction; and no entry has two orders."
        ),
        checked="SELECT count(*) FROM cases_onlinepayment WHERE paid_at IS NOT NULL AND created_at >= %(since)s",
        broken=f"""
            SELECT o.order_number FROM cases_onlinepayment o
              LEFT JOIN cases_payment p ON p.id = o.payment_id
             WHERE o.created_at >= %(since)s
               AND ((o.state IN ('{OnlinePaymentState.PAID}', '{OnlinePaymentState.REFUNDED}')) <> (p.id IS NOT NULL)
                    OR (p.id IS NOT NULL AND (p.dossier_id <> o.dossier_id OR p.amount <> o.amount
                                              OR p.method <> '{PaymentMethod.ONLINE}'
                                              OR p.reference <> o.transaction_number)))
            UNION
            SELECT min(order_number) FROM cases_onlinepayment WHERE payment_id IS NOT NULL
             GROUP BY payment_id HAVING count(*) > 1
        """,
    ),
    in_sql(
        "platform-pays-back-what-is-in-the-books",
        _(
            "What the platform is told to pay back is a counter-entry of its own payment, and no more than that."
        ),
        checked="SELECT count(*) FROM cases_onlinerefund WHERE asked_at >= %(since)s",
        broken="""
            SELECT r.refund_number FROM cases_onlinerefund r
              JOIN cases_onlinepayment o ON o.id = r.order_id
              JOIN cases_payment p ON p.id = r.entry_id
             WHERE r.asked_at >= %(since)s AND (p.reverses_id IS DISTINCT FROM o.payment_id OR p.amount >= 0)
        """,
    ),
    in_sql(
        "one-entry-for-each-fee-on-delivery",
        _(
            "A fee that the post collected is entered once, for its dossier and of the amount that was ordered."
        ),
        checked="SELECT count(*) FROM cases_postalorder WHERE payment_id IS NOT NULL AND ordered_at >= %(since)s",
        broken="""
            SELECT o.order_number FROM cases_postalorder o JOIN cases_payment p ON p.id = o.payment_id
             WHERE o.ordered_at >= %(since)s AND (p.dossier_id <> o.dossier_id OR p.amount <> o.cod_amount)
        """,
    ),
    in_sql(
        "cash-reports-add-up",
        _("A day-end report expects the cash of its own payments: of its clerk, at its desk."),
        checked="SELECT count(*) FROM cases_cashreport WHERE closed_at >= %(since)s",
        broken=f"""
            SELECT r.number FROM cases_cashreport r
              LEFT JOIN (SELECT p.cash_report_id,
                                sum(p.amount) FILTER (WHERE p.method = '{PaymentMethod.CASH}') AS cash,
                                bool_or(p.taken_by_id IS DISTINCT FROM o.clerk_id
                                        OR d.receiving_desk_id <> o.desk_id) AS of_others
                           FROM cases_payment p JOIN cases_cashreport o ON o.id = p.cash_report_id
                           JOIN cases_dossier d ON d.id = p.dossier_id
                          GROUP BY p.cash_report_id) AS claimed ON claimed.cash_report_id = r.id
             WHERE r.closed_at >= %(since)s
               AND (r.expected_cash <> COALESCE(claimed.cash, 0) OR COALESCE(claimed.of_others, FALSE))
        """,
    ),
)
