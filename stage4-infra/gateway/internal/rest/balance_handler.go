package rest

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/middleware"
	"shop/gateway/internal/reply"
	walletv1 "shop/gen/wallet/v1"
)

const balancesPath = "/wallets/me/balances/"

// oneBalancePerAddress replaced /v1/wallets/me?currency=EUR, the address of a wallet that was answered with one of its balances. The dates
// are constants, not configuration: what clients were promised is the same in every environment.
var oneBalancePerAddress = middleware.Deprecation{
	Since:     time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
	Sunset:    time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC),
	Successor: func(c *gin.Context) string { return "/v1" + balancesPath + url.PathEscape(c.Query("currency")) },
}

// BalanceHandler serves the caller's balances, at one address per currency and at the deprecated address.
type BalanceHandler struct {
	wallets      walletv1.WalletServiceClient
	deprecations *middleware.Deprecations
}

// NewBalanceHandler returns the handler that asks this client.
func NewBalanceHandler(wallets walletv1.WalletServiceClient, deprecations *middleware.Deprecations) *BalanceHandler {
	return &BalanceHandler{wallets: wallets, deprecations: deprecations}
}

// Register implements Handler.
func (h *BalanceHandler) Register(v1 gin.IRouter) {
	v1.GET(balancesPath+":currency", h.get)
	v1.GET("/wallets/me", h.deprecations.Mark(oneBalancePerAddress), h.getByQuery)
}

func (h *BalanceHandler) get(c *gin.Context) {
	uri, ok := bindURI[balanceURI](c)
	if !ok {
		return
	}
	h.answer(c, uri.Currency)
}

func (h *BalanceHandler) getByQuery(c *gin.Context) {
	query, ok := bindQuery[walletQuery](c)
	if !ok {
		return
	}
	h.answer(c, query.Currency)
}

func (h *BalanceHandler) answer(c *gin.Context, currency string) {
	answer, err := h.wallets.GetWallet(c.Request.Context(), &walletv1.GetWalletRequest{UserId: caller(c), Currency: currency})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromWallet(answer.GetWallet()))
}
