package rest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	walletv1 "shop/gen/wallet/v1"
)

// ledger is the wallet service as the gateway sees it: everyone was given 500 cents once.
type ledger struct {
	walletv1.WalletServiceClient
}

var fiveEuros = &walletv1.Money{MinorUnits: 500, Currency: "EUR"}

func (ledger) GetWallet(
	_ context.Context, in *walletv1.GetWalletRequest, _ ...grpc.CallOption,
) (*walletv1.GetWalletResponse, error) {
	return &walletv1.GetWalletResponse{Wallet: &walletv1.Wallet{UserId: in.GetUserId(), Balance: fiveEuros}}, nil
}

func (ledger) ListEntries(
	context.Context, *walletv1.ListEntriesRequest, ...grpc.CallOption,
) (*walletv1.ListEntriesResponse, error) {
	return &walletv1.ListEntriesResponse{NextPageToken: "next", Entries: []*walletv1.Entry{{
		Id: "e1", Kind: walletv1.EntryKind_ENTRY_KIND_TOP_UP, Amount: fiveEuros, Reference: "k1",
		CreatedAt: timestamppb.New(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)),
	}}}, nil
}

func TestALedgerIsReadPageByPage(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/v1/wallets/me/entries?currency=EUR&page_size=1", "")

	assert.JSONEq(t, `{"next_cursor":"next","entries":[{"id":"e1","kind":"TOP_UP","reference":"k1",
		"amount":{"minor_units":500,"currency":"EUR"},"created_at":"2026-01-05T12:00:00Z"}]}`, string(a.body.Data))
}
