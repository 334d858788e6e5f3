package pagination_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/pagination"
)

type place struct {
	At time.Time
	ID string
}

var signer = pagination.NewSigner(pagination.Config{Secret: "0123456789abcdef"})

func TestCursor_KeepsMicroseconds(t *testing.T) {
	t.Parallel()
	sent := place{At: time.Date(2026, 5, 1, 10, 0, 0, 123456000, time.UTC), ID: "a"}
	cursor, err := signer.Encode("orders:buyer-1", sent)
	require.NoError(t, err)

	var got place
	require.NoError(t, signer.Decode("orders:buyer-1", cursor, &got))

	assert.Equal(t, sent, got)
}

func TestDecode_OtherScope_IsRejected(t *testing.T) {
	t.Parallel()
	cursor, err := signer.Encode("orders:buyer-1", place{ID: "a"})
	require.NoError(t, err)

	err = signer.Decode("orders:buyer-2", cursor, &place{})

	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
}

func TestDecode_OtherSecret_IsRejected(t *testing.T) {
	t.Parallel()
	other := pagination.NewSigner(pagination.Config{Secret: "fedcba9876543210"})
	cursor, err := other.Encode("orders:buyer-1", place{ID: "a"})
	require.NoError(t, err)

	err = signer.Decode("orders:buyer-1", cursor, &place{})

	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
}

// A version that stored other places in its cursors signed them with the same secret.
func TestDecode_OtherVersion_IsRejected(t *testing.T) {
	t.Parallel()
	payload := []byte(`{"ID":"a"}`)
	for version, accepted := range map[string]bool{"v1": true, "v0": false, "v2": false} {
		mac := hmac.New(sha256.New, []byte("0123456789abcdef"))
		fmt.Fprintf(mac, "%s|6|orders|%s", version, payload)

		err := signer.Decode("orders", base64.RawURLEncoding.EncodeToString(append(mac.Sum(nil), payload...)), &place{})

		assert.Equal(t, accepted, err == nil, "%s: %v", version, err)
	}
}

func FuzzDecode_ForgedCursor(f *testing.F) {
	cursor, err := signer.Encode("orders", place{ID: "a"})
	require.NoError(f, err)
	f.Add(cursor)
	f.Add(cursor + "\n")
	f.Add(cursor[:10] + "\r\n" + cursor[10:])
	f.Add(cursor + "=")
	f.Add("")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"ID":"a"}`)))
	f.Fuzz(func(t *testing.T, forged string) {
		err := signer.Decode("orders", forged, &place{})
		if forged != cursor && err == nil {
			t.Fatalf("accepted %q, which this signer did not make", forged)
		}
	})
}

func TestSize_IsClamped(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int32]int{-1: 20, 0: 20, 1: 1, 100: 100, 101: 100} {
		assert.Equal(t, want, pagination.Size(asked), "asked for %d", asked)
	}
}
