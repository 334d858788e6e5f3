package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	walletv1 "shop/gen/wallet/v1"
)

// WalletHandler serves the ledger of the caller's wallet.
type WalletHandler struct{ wallets walletv1.WalletServiceClient }

// NewWalletHandler returns a handler that calls this client.
func NewWalletHandler(wallets walletv1.WalletServiceClient) *WalletHandler {
	return &WalletHandler{wallets: wallets}
}

// Register implements Handler.
func (h *WalletHandler) Register(v1 gin.IRouter) {
	v1.GET("/wallets/me/entries", h.entries)
}

func (h *WalletHandler) entries(c *gin.Context) {
	query, ok := bindQuery[entriesQuery](c)
	if !ok {
		return
	}
	answer, err := h.wallets.ListEntries(c.Request.Context(), &walletv1.ListEntriesRequest{
		UserId: caller(c), Currency: query.Currency, PageSize: query.PageSize, PageToken: query.Cursor,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, entryPageJSON{
		Entries: fromEntries(answer.GetEntries()), NextCursor: answer.GetNextPageToken(),
	})
}
