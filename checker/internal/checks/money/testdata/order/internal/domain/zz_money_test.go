// Hidden checks of the lesson on money. They use only names that the lesson gives.
package domain_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"shop/order/internal/domain"
)

func TestZZMoneyCurrency(t *testing.T) {
	for _, code := range []string{"EUR", "USD", "JPY", "KWD", "CHF", "GBP", "TND", "XOF", "ZMW"} {
		for _, minor := range []int64{0, 1, -1, 1250, math.MaxInt64, math.MinInt64} {
			_, fault := zzmOf(minor, code)
			zzmRequire(t, fault)
		}
	}
	refused := []string{
		"", "eur", "Eur", "EU", "EURO", "EUREUR", " EUR", "EUR ", "EUR\n", "E R", "€", "€UR", "ЕUR", "EUR\x00", "978", "ABC", "QQQ", "DEM", "XTS", "XXX",
	}
	for _, code := range refused {
		zzmRequire(t, zzmRefused(code))
	}
	// Every word of three capitals, against the table that the stage gives.
	for i := range 26 * 26 * 26 {
		code := string([]byte{'A' + byte(i/676), 'A' + byte(i/26%26), 'A' + byte(i%26)})
		if domain.IsCurrency(code) {
			_, fault := zzmOf(1, code)
			zzmRequire(t, fault)
		} else {
			zzmRequire(t, zzmRefused(code))
		}
	}
}

func zzmRefused(code string) *zzmFailure {
	for _, minor := range []int64{0, 500} {
		var m domain.Money
		var err error
		call := fmt.Sprintf("NewMoney(%d, %q)", minor, code)
		if fault := zzmCall(call, func() { m, err = domain.NewMoney(minor, code) }); fault != nil {
			return fault
		}
		if err == nil {
			return &zzmFailure{"accepted", call, "refused", zzmShow(m), "what is let in here is stored, compared and printed everywhere else: there is one spelling of a currency"}
		}
		if !errors.Is(err, domain.ErrInvalidCurrency) {
			return &zzmFailure{"no-sentinel", call, "an error for which errors.Is(err, ErrInvalidCurrency) is true", fmt.Sprintf("%q", err), "the use case recognises the refusal by its sentinel"}
		}
	}
	return nil
}

func TestZZMoneyExact(t *testing.T) {
	ordinary := [][2]int64{{1250, 3}, {10, 20}, {-5, 7}, {0, 0}, {0, -9}, {1<<53 + 1, 1}, {9_007_199_254_740_993, 3}, {1_000_000_000_000_000_003, 7}}
	for _, op := range zzmOperations() {
		for _, pair := range ordinary {
			zzmRequire(t, zzmJudge(op, pair[0], pair[1]))
		}
	}
	zzmProperty(t, func(rt *rapid.T) *zzmFailure {
		op := rapid.SampledFrom(zzmOperations()).Draw(rt, "operation")
		bits := rapid.IntRange(1, 61).Draw(rt, "bits")
		a := rapid.Int64Range(-(1<<bits), 1<<bits).Draw(rt, "a")
		room := 61
		if op.name == "Mul" {
			room = 62 - bits
		}
		b := rapid.Int64Range(-(1<<room), 1<<room).Draw(rt, "b")
		return zzmJudge(op, a, b)
	})
}

func TestZZMoneyOverflow(t *testing.T) {
	for _, op := range zzmOperations() {
		zzmRequire(t, zzmJudge(op, 1250, 3)) // an implementation that refuses everything has proved nothing
		for _, a := range zzmEdges {
			for _, b := range zzmEdges {
				zzmRequire(t, zzmJudge(op, a, b))
			}
		}
	}
	zzmProperty(t, func(rt *rapid.T) *zzmFailure {
		op := rapid.SampledFrom(zzmOperations()).Draw(rt, "operation")
		return zzmJudge(op, zzmAmounts().Draw(rt, "a"), zzmAmounts().Draw(rt, "b"))
	})
}

func TestZZMoneyMismatch(t *testing.T) {
	for _, op := range zzmOperations() {
		zzmRequire(t, zzmJudge(op, 1250, 3))
	}
	currencies := [][2]string{{"EUR", "USD"}, {"XAF", "XOF"}, {"GBP", "GIP"}, {"JPY", "KRW"}}
	amounts := [][2]int64{{5, 7}, {5, 5}, {0, 5}, {5, 0}, {0, 0}, {-5, 5}, {math.MaxInt64, 0}}
	for _, pair := range currencies {
		for _, amount := range amounts {
			zzmRequire(t, zzmMeet(amount[0], pair[0], amount[1], pair[1]))
			zzmRequire(t, zzmMeet(amount[0], pair[1], amount[1], pair[0]))
		}
	}
}

func zzmMeet(a int64, left string, b int64, right string) *zzmFailure {
	l, fault := zzmOf(a, left)
	if fault != nil {
		return fault
	}
	r, fault := zzmOf(b, right)
	if fault != nil {
		return fault
	}
	calls := map[string]func() (string, error){
		"Add": func() (string, error) { m, err := l.Add(r); return zzmShow(m), err },
		"Sub": func() (string, error) { m, err := l.Sub(r); return zzmShow(m), err },
		"Cmp": func() (string, error) { c, err := l.Cmp(r); return fmt.Sprint(c), err },
	}
	for _, name := range []string{"Add", "Sub", "Cmp"} {
		var seen string
		var err error
		call := fmt.Sprintf("%s(%d %s, %d %s)", name, a, left, b, right)
		if fault := zzmCall(call, func() { seen, err = calls[name]() }); fault != nil {
			return fault
		}
		if err == nil {
			return &zzmFailure{"mismatch-unnoticed", call, "an error", seen, "no exchange rate is 1 by accident, and a zero of the wrong currency turns the next sum into one of that currency"}
		}
		if !errors.Is(err, domain.ErrCurrencyMismatch) {
			return &zzmFailure{"no-sentinel", call, "an error for which errors.Is(err, ErrCurrencyMismatch) is true", fmt.Sprintf("%q", err), "the use case recognises the refusal by its sentinel"}
		}
		if errors.Is(err, domain.ErrAmountOverflow) { // all sums and differences of the amounts fit
			return &zzmFailure{"other-sentinel", call, "an error that is not ErrAmountOverflow as well", fmt.Sprintf("%q", err), zzmWhySentinel}
		}
	}
	return nil
}

func TestZZMoneyOrder(t *testing.T) {
	for _, a := range zzmEdges {
		for _, b := range zzmEdges {
			zzmRequire(t, zzmCompare(a, b))
		}
	}
	zzmProperty(t, func(rt *rapid.T) *zzmFailure {
		return zzmCompare(zzmAmounts().Draw(rt, "a"), zzmAmounts().Draw(rt, "b"))
	})
}

func zzmCompare(a, b int64) *zzmFailure {
	l, fault := zzmOf(a, "EUR")
	if fault != nil {
		return fault
	}
	r, fault := zzmOf(b, "EUR")
	if fault != nil {
		return fault
	}
	var got int
	var err error
	call := fmt.Sprintf("Cmp(%d, %d)", a, b)
	if fault := zzmCall(call, func() { got, err = l.Cmp(r) }); fault != nil {
		return fault
	}
	if want := cmp.Compare(a, b); err != nil || got != want {
		seen := fmt.Sprint(got)
		if err != nil {
			seen = fmt.Sprintf("the error %q", err)
		}
		return &zzmFailure{"wrong-order", call, fmt.Sprint(want), seen, "\"is there enough in the wallet\" is asked with Cmp: callers compare its result with -1, 0 and +1"}
	}
	return nil
}

func TestZZMoneyImmutable(t *testing.T) {
	five, fault := zzmOf(500, "EUR")
	zzmRequire(t, fault)
	two, fault := zzmOf(200, "EUR")
	zzmRequire(t, fault)
	copied := five
	sums := map[int64]domain.Money{}
	for _, n := range []int64{200, 300, 400} {
		other, fault := zzmOf(n, "EUR")
		zzmRequire(t, fault)
		sum, err := five.Add(other)
		if err != nil || sum.MinorUnits() != 500+n {
			zzmRequire(t, &zzmFailure{"in-place", fmt.Sprintf("Add(500, %d)", n), fmt.Sprintf("%d EUR", 500+n), fmt.Sprintf("%s, error %v", zzmShow(sum), err),
				"asked of one and the same amount, again and again: it must answer from 500 each time"})
		}
		sums[n] = sum
	}
	for _, f := range []func(){
		func() { _, _ = five.Add(two) }, func() { _, _ = five.Sub(two) }, func() { _, _ = five.Mul(3) }, func() { _, _ = five.Cmp(two) },
		func() { _, _ = five.Mul(math.MaxInt64) },
	} {
		zzmRequire(t, zzmCall("an operation on 500 EUR", f))
	}
	const why = "other code still uses the amount: a price must not change while it is added up"
	for name, m := range map[string]domain.Money{"the amount itself": five, "a copy of it": copied} {
		if m.MinorUnits() != 500 || m.Currency() != "EUR" {
			zzmRequire(t, &zzmFailure{"amount-changed", name + ", after Add, Sub, Mul and Cmp,", "500 EUR", zzmShow(m), why})
		}
	}
	if two.MinorUnits() != 200 {
		zzmRequire(t, &zzmFailure{"argument-changed", "the argument", "200 EUR", zzmShow(two), why})
	}
	for n, sum := range sums {
		if sum.MinorUnits() != 500+n {
			zzmRequire(t, &zzmFailure{"result-changed", "an earlier result", fmt.Sprintf("%d EUR", 500+n), zzmShow(sum), why})
		}
	}
	zzmRequire(t, zzmEqual(five, copied, "an amount and its copy"))
	for _, minor := range []int64{0, 700, big.MaxBase} {
		a, fault := zzmOf(minor, "EUR")
		zzmRequire(t, fault)
		b, fault := zzmOf(minor, "EUR")
		zzmRequire(t, fault)
		zzmRequire(t, zzmEqual(a, b, fmt.Sprintf("two amounts of %d EUR", minor)))
	}
	for _, op := range zzmOperations() {
		for _, a := range zzmEdges {
			for _, b := range zzmEdges {
				zzmRequire(t, zzmEqualToNew(op, a, b))
			}
		}
	}
}

// zzmEqualToNew compares a result with what NewMoney makes of the same number.
func zzmEqualToNew(op zzmOperation, a, b int64) *zzmFailure {
	want := op.exact(big.NewInt(a), big.NewInt(b))
	if !want.IsInt64() {
		return nil
	}
	left, fault := zzmOf(a, "EUR")
	if fault != nil {
		return fault
	}
	right, fault := zzmOf(b, "EUR")
	if fault != nil {
		return fault
	}
	direct, fault := zzmOf(want.Int64(), "EUR")
	if fault != nil {
		return fault
	}
	call := fmt.Sprintf("%s(%d, %d)", op.name, a, b)
	var got domain.Money
	var err error
	if fault := zzmCall(call, func() { got, err = op.call(left, right) }); fault != nil {
		return fault
	}
	if err != nil || got.MinorUnits() != want.Int64() || got.Currency() != "EUR" {
		return nil // another check is about that
	}
	return zzmEqual(got, direct, fmt.Sprintf("%s and NewMoney(%d)", call, want))
}

func zzmEqual(a, b domain.Money, what string) (fault *zzmFailure) {
	const why = "a value object is its value: it is compared with ==, used as the key of a map and switched on"
	defer func() {
		if p := recover(); p != nil {
			zzmPlace()
			fault = &zzmFailure{"crash", "comparing " + what + " with ==", "an answer", fmt.Sprintf("panic: %v", p), why}
		}
	}()
	if any(a) != any(b) {
		return &zzmFailure{"not-equal", "comparing " + what + " with ==", "true", "false", why}
	}
	return nil
}
