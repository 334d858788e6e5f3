package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	walletv1 "shop/gen/wallet/v1"
)

const topUpsPath = "/wallets/me/top-ups"

// TopUpHandler serves the caller's top-ups by card.
type TopUpHandler struct{ payments walletv1.PaymentServiceClient }

// NewTopUpHandler returns a handler that calls this client.
func NewTopUpHandler(payments walletv1.PaymentServiceClient) *TopUpHandler {
	return &TopUpHandler{payments: payments}
}

// Register implements Handler.
func (h *TopUpHandler) Register(v1 gin.IRouter) {
	v1.POST(topUpsPath, h.create)
	v1.GET(topUpsPath+"/:id", h.get)
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

func topUpAddress(t *walletv1.TopUp) string { return "/v1" + topUpsPath + "/" + t.GetId() }
