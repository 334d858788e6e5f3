package stack

import "testing"

// What stage 2 does, stage 3 still does.

func TestStage3_Purchase(t *testing.T) {
	t.Parallel()
	purchaseEnds(t, hardenedShop(t))
}

func TestStage3_CommandsDeliveredTwice_ChargeOnce(t *testing.T) {
	t.Parallel()
	commandsTwiceChargeOnce(t, hardenedShop(t))
}

func TestStage3_OrderDiesBeforeTheConfirm_PurchaseStillEnds(t *testing.T) {
	t.Parallel()
	crashBeforeConfirm(t, hardenedShop(t))
}

func TestStage3_BrokerCut_PurchasesWaitAndEnd(t *testing.T) {
	t.Parallel()
	brokerCut(t, hardenedShop(t))
}

func TestStage3_Dashboard_EveryMetricExists(t *testing.T) {
	t.Parallel()
	options := hardenedShop(t)
	options.Env = map[string]string{"DEAD_LETTER_INTERVAL": "50ms"}
	dashboard(t, options, "stage3-hardening")
}
