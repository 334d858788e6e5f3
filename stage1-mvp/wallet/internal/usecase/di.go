package usecase

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

// Module provides the use cases, and binds the interfaces that they and the service declare to what implements them.
var Module = fx.Module("usecase",
	fx.Provide(
		NewGetWallet, NewTopUp, NewListEntries, NewDeduct, NewRefund,
		NewPayIn, NewBookPayment, NewGetTopUp, NewRefundTopUp, NewScanStalePayments,
		func(m *postgres.TxManager) (Transactor, payment.Transactor) { return m, m },
		func(s *idempotency.Store) (Requests, Barrier) { return s, s },
		func(e *payment.Engine) (Charger, Payments, Refunds, PaymentRecoverer) { return e, e, e, e },
	),
)
