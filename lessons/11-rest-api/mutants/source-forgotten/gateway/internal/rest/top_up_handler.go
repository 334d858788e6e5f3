package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	walletv1 "shop/gen/wallet/v1"
)

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
