package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
)

const topUpsPath = "/wallets/me/top-ups"

// TopUpHandler serves the top-ups of the caller's wallet, and their refunds.
type TopUpHandler struct{ payments walletv1.PaymentServiceClient }

// NewTopUpHandler returns the handler that asks this client.
func NewTopUpHandler(payments walletv1.PaymentServiceClient) *TopUpHandler {
	return &TopUpHandler{payments: payments}
}

// Register implements Handler.
func (h *TopUpHandler) Register(v1 gin.IRouter) {
	v1.POST(topUpsPath, h.create)
	v1.GET(topUpsPath+"/:id", h.get)
	v1.POST(topUpsPath+"/:id/refunds", h.refund)
}

func (h *TopUpHandler) create(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[topUpBody](c)
	if !ok {
		return
	}
	answer, err := h.payments.TopUp(c.Request.Context(), &walletv1.PaymentServiceTopUpRequest{
		Amount:         &walletv1.Money{MinorUnits: body.MinorUnits, Currency: body.Currency},
		Source:         body.Source,
		IdempotencyKey: key,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	c.Header("Location", topUpAddress(answer.GetTopUp()))
	reply.Data(c, http.StatusCreated, toppedUpJSON{walletJSON: fromWallet(answer.GetWallet()), TopUp: fromTopUp(answer.GetTopUp())})
}

func (h *TopUpHandler) get(c *gin.Context) {
	uri, ok := bindURI[topUpURI](c)
	if !ok {
		return
	}
	answer, err := h.payments.GetTopUp(c.Request.Context(), &walletv1.GetTopUpRequest{Id: uri.ID})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromTopUp(answer.GetTopUp()))
}

// refund creates no resource of its own: the top-up itself shows that it is refunded.
func (h *TopUpHandler) refund(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	uri, ok := bindURI[topUpURI](c)
	if !ok {
		return
	}
	answer, err := h.payments.RefundTopUp(c.Request.Context(), &walletv1.RefundTopUpRequest{Id: uri.ID, IdempotencyKey: key})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	c.Header("Location", topUpAddress(answer.GetTopUp()))
	reply.Data(c, http.StatusCreated, fromTopUp(answer.GetTopUp()))
}

func topUpAddress(t *walletv1.TopUp) string { return "/v1" + topUpsPath + "/" + t.GetId() }
