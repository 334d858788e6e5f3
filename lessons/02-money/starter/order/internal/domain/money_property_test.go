package domain_test

import (
	"testing"

	"pgregory.net/rapid"

	"shop/order/internal/domain"
)

// A property is a sentence about all amounts. rapid draws some, and shrinks those for which it is not true.
func TestPropertyAdditionHasNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawEuros(t, "a")
		b := drawEuros(t, "b")

		ab, errAB := a.Add(b)
		ba, errBA := b.Add(a)

		if (errAB == nil) != (errBA == nil) {
			t.Fatalf("a+b says %v, b+a says %v", errAB, errBA)
		}
		if ab != ba {
			t.Fatalf("a+b is %s, b+a is %s", ab, ba)
		}
		if errAB == nil && a.MinorUnits() > 0 && b.MinorUnits() > 0 && ab.MinorUnits() <= a.MinorUnits() {
			t.Fatalf("more was added to %s, and it became %s", a, ab)
		}
	})
}

func drawEuros(t *rapid.T, name string) domain.Money {
	m, err := domain.NewMoney(rapid.Int64().Draw(t, name), "EUR")
	if err != nil {
		t.Fatalf("new money: %v", err)
	}
	return m
}
