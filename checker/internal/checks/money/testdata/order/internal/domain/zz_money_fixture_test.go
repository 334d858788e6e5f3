package domain_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shop/order/internal/domain"
)

// zzmFailure is what one judgement found; nil means that all is well.
type zzmFailure struct{ id, what, expected, seen, why string }

// zzmEdges are the amounts at which arithmetic in 64 bits goes wrong, and their neighbours.
var zzmEdges = func() []int64 {
	edges := []int64{
		math.MinInt64, math.MaxInt64, math.MinInt64 / 2, math.MaxInt64 / 2, math.MinInt32, math.MaxInt32, math.MaxUint32,
		1 << 53, -(1 << 53), 3_037_000_499, -3_037_000_499, 3_037_000_500, -3_037_000_500, 0, 2, -2, 3, 10, 100,
	}
	for _, e := range edges {
		if e > math.MinInt64 {
			edges = append(edges, e-1)
		}
		if e < math.MaxInt64 {
			edges = append(edges, e+1)
		}
	}
	// The smallest first, so that the first failure is the easiest to follow.
	size := func(e int64) uint64 { return uint64(max(e, -1-e)) }
	slices.SortStableFunc(edges, func(a, b int64) int { return cmp.Compare(size(a), size(b)) })
	return edges
}()

// zzmAmounts draws amounts of all sizes, the edges more often than chance would.
func zzmAmounts() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.SampledFrom(zzmEdges), rapid.Int64Range(-1_000_000, 1_000_000))
}

// zzmOf makes money that must exist.
func zzmOf(minor int64, currency string) (m domain.Money, fault *zzmFailure) {
	var err error
	call := fmt.Sprintf("NewMoney(%d, %q)", minor, currency)
	if fault := zzmCall(call, func() { m, err = domain.NewMoney(minor, currency) }); fault != nil {
		return m, fault
	}
	if err != nil {
		return m, &zzmFailure{"refused", call, "success", fmt.Sprintf("%q", err), "any number of cents is an amount: an account can be empty or in the red"}
	}
	if m.MinorUnits() != minor || m.Currency() != currency {
		return m, &zzmFailure{"other-value", call, fmt.Sprintf("%d %s", minor, currency), zzmShow(m), "nothing else works before this does"}
	}
	if m.IsZero() != (minor == 0) || m.IsNegative() != (minor < 0) {
		return m, &zzmFailure{"predicates", call + ": IsZero and IsNegative", fmt.Sprintf("%v and %v", minor == 0, minor < 0),
			fmt.Sprintf("%v and %v", m.IsZero(), m.IsNegative()), "what is inside may change, what it says may not"}
	}
	return m, nil
}

// zzmOperation is one of the methods that compute, and the same on numbers without bounds.
type zzmOperation struct {
	name  string
	exact func(a, b *big.Int) *big.Int
	call  func(a, b domain.Money) (domain.Money, error)
}

func zzmOperations() []zzmOperation {
	zero := func() *big.Int { return new(big.Int) }
	return []zzmOperation{
		{"Add", func(a, b *big.Int) *big.Int { return zero().Add(a, b) }, func(a, b domain.Money) (domain.Money, error) { return a.Add(b) }},
		{"Sub", func(a, b *big.Int) *big.Int { return zero().Sub(a, b) }, func(a, b domain.Money) (domain.Money, error) { return a.Sub(b) }},
		{"Mul", func(a, b *big.Int) *big.Int { return zero().Mul(a, b) }, func(a, b domain.Money) (domain.Money, error) { return a.Mul(b.MinorUnits()) }},
	}
}

// zzmJudge compares one operation with the exact result.
func zzmJudge(op zzmOperation, a, b int64) *zzmFailure {
	left, fault := zzmOf(a, "EUR")
	if fault != nil {
		return fault
	}
	right, fault := zzmOf(b, "EUR")
	if fault != nil {
		return fault
	}
	want := op.exact(big.NewInt(a), big.NewInt(b))
	call := fmt.Sprintf("%s(%d, %d)", op.name, a, b)
	var got domain.Money
	var err error
	if fault := zzmCall(call, func() { got, err = op.call(left, right) }); fault != nil {
		return fault
	}
	switch {
	case !want.IsInt64() && err == nil:
		return &zzmFailure{"overflow-unnoticed", call, fmt.Sprintf("an error, because %s does not fit into an int64", want), zzmShow(got),
			"a number that does not fit becomes another number, and a customer is paid with it"}
	case !want.IsInt64() && !errors.Is(err, domain.ErrAmountOverflow):
		return &zzmFailure{"no-sentinel", call, "an error for which errors.Is(err, ErrAmountOverflow) is true", fmt.Sprintf("%q", err), "the use case recognises the refusal by its sentinel"}
	case !want.IsInt64() && errors.Is(err, domain.ErrCurrencyMismatch):
		return &zzmFailure{"other-sentinel", call, "an error that is not ErrCurrencyMismatch as well", fmt.Sprintf("%q", err), zzmWhySentinel}
	case !want.IsInt64():
		return nil
	case err != nil:
		return &zzmFailure{"refused", call, fmt.Sprintf("%s EUR", want), fmt.Sprintf("the error %q", err), "this result fits: refusing it refuses a customer"}
	case got.MinorUnits() == want.Int64() && got.Currency() != "EUR":
		return &zzmFailure{"currency-lost", call, fmt.Sprintf("%s EUR", want), zzmShow(got),
			"the number is right and its currency is lost: such an amount, also a zero, can no longer be added to euros or compared with them"}
	case got.MinorUnits() != want.Int64() || got.Currency() != "EUR":
		return &zzmFailure{"wrong-number", call, fmt.Sprintf("%s EUR", want), zzmShow(got), "the books are off by the difference, which is hard to find"}
	}
	return nil
}

const zzmWhySentinel = "the use case asks for one sentinel after the other and answers with the first that fits: an error that is both is answered wrongly"

func zzmShow(m domain.Money) string {
	if m.Currency() == "" {
		return fmt.Sprintf("%d of no currency", m.MinorUnits())
	}
	return fmt.Sprintf("%d %s", m.MinorUnits(), m.Currency())
}

// zzmCall turns a panic of the learner's code into a failure that names the call.
func zzmCall(call string, f func()) (fault *zzmFailure) {
	defer func() {
		if p := recover(); p != nil {
			zzmPlace()
			fault = &zzmFailure{"crash", call, "it returns", fmt.Sprintf("panic: %v", p), "one order with a silly number in it must not take the service down"}
		}
	}()
	f()
	return nil
}

// zzmPlace prints where the learner's code panicked, as a stack trace would. It is called by the function that has recovered.
func zzmPlace() {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if strings.Contains(frame.File, "/internal/domain/") && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			return
		}
	}
}

func zzmRequire(t *testing.T, fault *zzmFailure) {
	t.Helper()
	if fault != nil {
		zzmReport(fault)
		t.FailNow()
	}
}

// zzmProperty lets rapid look for a counterexample and reports the smallest that it found, and the seed.
func zzmProperty(t *testing.T, property func(*rapid.T) *zzmFailure) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": "3000", "rapid.shrinktime": "1s", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	var smallest *zzmFailure
	defer func() {
		if smallest != nil {
			smallest.why += " (found by chance, then made as small as possible; seed " + os.Getenv("STAGECRAFT_SEED") + ")"
			zzmReport(smallest)
		}
	}()
	rapid.Check(t, func(rt *rapid.T) {
		if fault := property(rt); fault != nil {
			smallest = fault // rapid runs the smallest example last
			rt.Fatal(fault.what)
		}
	})
}

func zzmReport(f *zzmFailure) {
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + " is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
}
