package pagination_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/pagination"
)

type zzpPlace struct {
	At time.Time
	ID string
	N  int64
}

const (
	zzpSecret = "0123456789abcdef"
	zzpScope  = "orders sort=created_at,id:desc buyer=1"
	// zzpShortest is the length of a signature in bytes.
	zzpShortest = 16
)

func zzpSigner(secret string) *pagination.Signer {
	return pagination.NewSigner(pagination.Config{Secret: config.Secret(secret)})
}

func zzpFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzpEncode(t *testing.T, s *pagination.Signer, scope string, place any) string {
	t.Helper()
	cursor, err := s.Encode(scope, place)
	if err != nil {
		zzpFail(t, "ordinary", "the ordinary case does not work yet: Encode of a place", "a cursor", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
	return cursor
}

func TestZZPageSize(t *testing.T) {
	for _, c := range []struct {
		asked int32
		want  int
	}{{0, 20}, {-1, 20}, {math.MinInt32, 20}, {1, 1}, {19, 19}, {99, 99}, {100, 100}, {101, 100}, {1 << 16, 100}, {math.MaxInt32, 100}} {
		if got := pagination.Size(c.asked); got != c.want {
			zzpFail(t, "size", fmt.Sprintf("Size(%d) is wrong", c.asked), fmt.Sprint(c.want), fmt.Sprint(got),
				"one client that asks for two billion rows gets the memory of the service; one that asks for too many still gets an answer")
		}
	}
}

func TestZZCursorSigned(t *testing.T) {
	zzpRoundTrip(t)
	zzpForged(t)
	zzpScopes(t)
	zzpShared(t)
}

// zzpRoundTrip reads back what was written.
func zzpRoundTrip(t *testing.T) {
	t.Helper()
	s := zzpSigner(zzpSecret)
	for _, place := range []zzpPlace{
		{At: time.Date(2026, 5, 1, 10, 0, 0, 123456000, time.UTC), ID: "a1b2", N: 7},
		{At: time.Date(2026, 5, 1, 10, 0, 0, 1000, time.UTC), ID: "", N: math.MaxInt64},
		{ID: "ünïcödé \"quoted\" \x00 | \n", N: math.MinInt64},
		{ID: strings.Repeat("long", 300)},
	} {
		cursor := zzpEncode(t, s, zzpScope, place)
		var got zzpPlace
		if err := s.Decode(zzpScope, cursor, &got); err != nil || !got.At.Equal(place.At) || got.ID != place.ID || got.N != place.N {
			zzpFail(t, "ordinary", "a cursor does not give back the place it was made of", fmt.Sprintf("%+v", place), fmt.Sprintf("%+v, and the error %v", got, err),
				"rows between the place that was meant and the one that is read are lost or repeated")
		}
		if rest := strings.Trim(cursor, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"); rest != "" {
			zzpFail(t, "url", "a cursor cannot stand in a URL as it is", "letters, digits, and - _ . ~", cursor, "clients that do not escape it send another cursor")
		}
		if strings.Contains(cursor, zzpSecret) {
			zzpFail(t, "secret", "the cursor contains the secret", "a signature", cursor, "every client can sign cursors now")
		}
		if raw, err := base64.RawURLEncoding.DecodeString(cursor); err == nil && bytes.Contains(raw, []byte(zzpSecret)) {
			zzpFail(t, "secret", "the cursor contains the secret", "a signature", string(raw), "every client can sign cursors now")
		}
	}
	if cursor, err := s.Encode(zzpScope, make(chan int)); err == nil {
		zzpFail(t, "ordinary", "Encode of a place that has no JSON", "an error", fmt.Sprintf("%q", cursor), "the client gets a cursor that leads nowhere")
	}
	if cursor := zzpEncode(t, s, zzpScope, 7); len(cursor)*6 < 8+8*zzpShortest {
		zzpFail(t, "weak", "the signature is too short", fmt.Sprintf("a cursor with a signature of at least %d bytes", zzpShortest), fmt.Sprintf("%q, for the place 7: %d characters of 6 bits", cursor, len(cursor)),
			"a client can try all signatures of four bytes in a day")
	}
	replica := zzpSigner(zzpSecret)
	place := zzpPlace{ID: "a", N: 1}
	var got zzpPlace
	if err := zzpDecode(replica, zzpScope, zzpEncode(t, s, zzpScope, place), &got); err != nil || got != place {
		zzpFail(t, "replica", "another Signer with the same secret does not read the cursor", fmt.Sprintf("%+v", place), fmt.Sprintf("%+v, and the error %v", got, err),
			"the next page is answered by another replica, or by this one after a restart")
	}
	text := zzpEncode(t, s, zzpScope, "a text")
	zzpRefused(t, s, "type", "a signed cursor whose place has another type", zzpScope, text)
}

// zzpRefused requires that a cursor is refused as the client's fault, and that nothing of it is read.
func zzpRefused(t *testing.T, s *pagination.Signer, failure, what, scope, cursor string) {
	t.Helper()
	before := zzpPlace{ID: "before", N: 42}
	place := before
	err := zzpDecode(s, scope, cursor, &place)
	shown := cursor
	if len(shown) > 100 {
		shown = shown[:100] + "…"
	}
	if err == nil {
		zzpFail(t, failure, "accepted: "+what, "an error with the code errs.InvalidInput", fmt.Sprintf("%q is read as %+v", shown, place),
			"a client that can make cursors reads from any place of any list, and the format can never change again")
	}
	if errs.CodeOf(err) != errs.InvalidInput {
		zzpFail(t, "code", "refused, but not as the client's fault: "+what, "an error with the code errs.InvalidInput", fmt.Sprintf("%q, whose code is %s", err, errs.CodeOf(err)),
			"any other error is an alarm for the service's owner, and tells the client to try again")
	}
	if failure != "type" && place != before {
		zzpFail(t, "read-before-verified", "the place is filled although the cursor is refused: "+what, fmt.Sprintf("%+v, as before", before), fmt.Sprintf("%+v", place),
			"what is not verified must not reach a parser, and a caller that ignores the error works with a forged place")
	}
}

func zzpDecode(s *pagination.Signer, scope, cursor string, place any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return s.Decode(scope, cursor, place)
}

// zzpForged changes good cursors in every way that a client can.
func zzpForged(t *testing.T) {
	t.Helper()
	s := zzpSigner(zzpSecret)
	place := zzpPlace{At: time.Date(2026, 5, 1, 10, 0, 0, 123456000, time.UTC), ID: "a"}
	payload, _ := json.Marshal(place)
	for _, plain := range []string{"", " ", "null", "{}", "undefined", "%00", strings.Repeat("A", 1<<20), string(payload)} {
		zzpRefused(t, s, "forged", "a text that is no cursor", zzpScope, plain)
	}
	for _, encoding := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding, base64.StdEncoding, base64.RawStdEncoding} {
		zzpRefused(t, s, "forged", "a place in base64, without a signature", zzpScope, encoding.EncodeToString(payload))
		zzpRefused(t, s, "forged", "a place in base64 behind 32 zeros", zzpScope, encoding.EncodeToString(append(make([]byte, 32), payload...)))
	}

	for _, id := range []string{"a", "ab", "abc"} { // the last character then has 0, 2 or 4 bits without a meaning
		place.ID = id
		cursor := zzpEncode(t, s, zzpScope, place)
		other := zzpEncode(t, s, zzpScope, zzpPlace{At: place.At.Add(time.Hour), ID: id})
		for i := range cursor {
			letters := "AQgwBZaz09-_"
			if i == len(cursor)-1 { // some of its bits have no meaning
				letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			}
			for _, c := range letters {
				if forged := cursor[:i] + string(c) + cursor[i+1:]; forged != cursor {
					zzpRefused(t, s, "changed", fmt.Sprintf("a cursor whose character %d of %d was changed", i+1, len(cursor)), zzpScope, forged)
				}
			}
			zzpRefused(t, s, "changed", "a cursor that was cut off", zzpScope, cursor[:i])
			if i > 0 {
				zzpRefused(t, s, "changed", "a cursor without its beginning", zzpScope, cursor[i:])
			}
			if forged := cursor[:i] + cursor[i+1:]; i > 0 && i < len(cursor)-1 {
				zzpRefused(t, s, "changed", fmt.Sprintf("a cursor without its character %d of %d", i+1, len(cursor)), zzpScope, forged)
			}
			if i < len(other) {
				if spliced := other[:i] + cursor[i:]; spliced != cursor && spliced != other {
					zzpRefused(t, s, "changed", "the beginning of one cursor and the end of another", zzpScope, spliced)
				}
			}
		}
		for _, longer := range []string{cursor + "A", cursor + "AAAA", cursor + "=", cursor + "==", cursor + "\n", cursor + " ", " " + cursor, cursor[:10] + "\r\n" + cursor[10:], cursor + cursor, cursor + "." + cursor} {
			zzpRefused(t, s, "spelling", "a cursor to which something was added", zzpScope, longer)
		}
		if raw, err := base64.RawURLEncoding.DecodeString(cursor); err == nil {
			for _, spelling := range []string{base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw)} {
				if spelling != cursor {
					zzpRefused(t, s, "spelling", "a good cursor in another spelling", zzpScope, spelling)
				}
			}
		}
		for _, secret := range []string{"fedcba9876543210", zzpSecret + "0", zzpSecret[:15] + "F", strings.Repeat("0", 16)} {
			zzpRefused(t, zzpSigner(secret), "secret", "a cursor that was signed with another secret", zzpScope, cursor)
		}
	}
}

// zzpScopes uses good cursors for other lists.
func zzpScopes(t *testing.T) {
	t.Helper()
	s := zzpSigner(zzpSecret)
	scopes := []string{zzpScope, "orders sort=created_at,id:desc buyer=2", "orders sort=created_at,id:asc buyer=1", "entries sort=created_at,id:desc buyer=1",
		zzpScope + " ", zzpScope + "1", zzpScope[:len(zzpScope)-1], strings.ToUpper(zzpScope), ""}
	for _, from := range scopes {
		cursor := zzpEncode(t, s, from, zzpPlace{ID: "a"})
		var place zzpPlace
		if err := zzpDecode(s, from, cursor, &place); err != nil { // what was accepted once is refused elsewhere all the same
			zzpFail(t, "ordinary", fmt.Sprintf("a cursor of the scope %q in its own scope", from), "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
		}
		for _, to := range scopes {
			if to != from {
				zzpRefused(t, s, "scope", fmt.Sprintf("a cursor of the scope %q in the scope %q", from, to), to, cursor)
			}
		}
	}
	zzpBoundary(t, s, "buyer=1", 23, "buyer=12", 3)
	zzpBoundary(t, s, "buyer=", 123, "buyer=1", 23)
}

// zzpBoundary puts the signature of one scope and place before or behind another place. The texts of scope and place are the same, one after
// the other.
func zzpBoundary(t *testing.T, s *pagination.Signer, from string, at int, to string, is int) {
	t.Helper()
	first, second := zzpEncode(t, s, from, at), zzpEncode(t, s, to, is)
	if other := zzpEncode(t, s, "orders", at); zzpShared16(first, second, other) {
		zzpFail(t, "boundary", fmt.Sprintf("the signature of scope %q and place %d is good for scope %q and place %d", from, at, to, is), "two signatures", "the same signature",
			"scope and place are signed one after the other, and nothing says where the one ends: the cursor of one list reads another")
	}
	forged := map[string]bool{}
	for _, size := range []int{20, 28, 32, 48, 64} { // of a signature in bytes
		a, errA := base64.RawURLEncoding.DecodeString(first)
		b, errB := base64.RawURLEncoding.DecodeString(second)
		if errA != nil || errB != nil || len(a) < size || len(b) < size {
			continue
		}
		forged[base64.RawURLEncoding.EncodeToString(append(bytes.Clone(a[:size]), b[size:]...))] = true
		forged[base64.RawURLEncoding.EncodeToString(append(bytes.Clone(b[:len(b)-size]), a[len(a)-size:]...))] = true
	}
	for i := range min(len(first), len(second)) { // formats that join texts
		forged[first[:i]+second[i:]] = true
		forged[second[:len(second)-i]+first[len(first)-i:]] = true
	}
	delete(forged, second)
	for text := range forged {
		var place int
		if err := zzpDecode(s, to, text, &place); err == nil {
			zzpFail(t, "boundary", fmt.Sprintf("the signature of scope %q and place %d is good for scope %q and place %d", from, at, to, place), "it is refused", "accepted",
				"scope and place are signed one after the other, and nothing says where the one ends: the cursor of one list reads another")
		}
	}
}

// zzpShared16 tells whether two cursors begin or end with 16 characters or bytes that a third one does not have: with the same signature.
func zzpShared16(first, second, other string) bool {
	texts := [][3]string{{first, second, other}}
	a, errA := base64.RawURLEncoding.DecodeString(first)
	b, errB := base64.RawURLEncoding.DecodeString(second)
	c, errC := base64.RawURLEncoding.DecodeString(other)
	if errA == nil && errB == nil && errC == nil {
		texts = append(texts, [3]string{string(a), string(b), string(c)})
	}
	for _, text := range texts {
		for _, shared := range []func(a, b string) int{zzpSharedStart, zzpSharedEnd} {
			if shared(text[0], text[1])-shared(text[1], text[2]) >= 16 {
				return true
			}
		}
	}
	return false
}

func zzpSharedStart(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

func zzpSharedEnd(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// zzpShared uses one signer in several goroutines.
func zzpShared(t *testing.T) {
	t.Helper()
	s := zzpSigner(zzpSecret)
	var all sync.WaitGroup
	failures := make(chan string, 8)
	for worker := range 8 {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					failures <- fmt.Sprintf("panic: %v", p)
				}
			}()
			for n := range int64(3000) {
				scope := fmt.Sprint("scope ", worker)
				cursor, err := s.Encode(scope, zzpPlace{N: n})
				var place zzpPlace
				if err == nil {
					err = s.Decode(scope, cursor, &place)
				}
				if err != nil || place.N != n {
					failures <- fmt.Sprintf("place %d comes back as %d, with the error %v", n, place.N, err)
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case seen := <-failures:
		zzpFail(t, "shared", "one Signer serves all requests at once, and mixes them up", "each cursor comes back as it was made", seen, "a hash has a state: each signature needs its own")
	default:
	}
}
