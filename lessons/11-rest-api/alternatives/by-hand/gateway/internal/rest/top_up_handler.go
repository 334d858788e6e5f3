package rest

import (
	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	walletv1 "shop/gen/wallet/v1"
)

func (h *TopUpHandler) create(c *gin.Context) {
	body, ok := bindBody[topUpBody](c)
	if !ok {
		return
	}
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	money := &walletv1.Money{Currency: body.Currency, MinorUnits: body.MinorUnits}
	booked, err := h.payments.TopUp(c.Request.Context(), &walletv1.PaymentServiceTopUpRequest{Amount: money, IdempotencyKey: key, Source: body.Source})
	if err != nil {
		reply.Error(c, err)
		return
	}
	data := toppedUpJSON{TopUp: fromTopUp(booked.GetTopUp())}
	data.walletJSON = fromWallet(booked.GetWallet())
	answerCreated(c, booked.GetReplayed(), "/v1/wallets/me/top-ups/"+data.TopUp.ID, data)
}

//stagecraft:drop
func topUpAddress() {}
