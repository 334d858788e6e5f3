package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func TestZZReadModelMerge(t *testing.T) {
	s := zzrNew(t)
	zzrAnyOrder(s)
	zzrTargets(s)
	zzrMergeTx(s)
	zzrAtOnce(s)
	zzrNames(s)
}

// zzrOrders calls use with each order of the names.
func zzrOrders(names []string, use func(names []string)) {
	if len(names) < 2 {
		use(names)
		return
	}
	for i := range names {
		rest := append(append([]string{}, names[:i]...), names[i+1:]...)
		zzrOrders(rest, func(tail []string) { use(append([]string{names[i]}, tail...)) })
	}
}

// zzrAnyOrder applies the changes of an order in all orders, and looks at the row after each.
func zzrAnyOrder(s *zzrShop) {
	s.t.Helper()
	s.state("1", "2", 2)
	for _, history := range [][]string{
		{"created", "confirmed"}, {"created", "deducted"}, {"created", "refunded", "deducted"}, {"created", "cancelled"},
		{"created", "cancelled without a code", "the order at version 4"}, {"created", "paid", "the order at version 2"},
		{"created", "confirmed", "paid", "shipped"}, {"created", "deducted", "paid", "cancelled", "refunded"},
	} {
		zzrOrders(history, s.applied)
	}
}

// applied applies the changes one by one, and then all of them once more.
func (s *zzrShop) applied(names []string) {
	s.t.Helper()
	order, buyer := zzrID(), zzrID()
	events, want := zzrEvents(order, buyer), &zzrWant{}
	for i, name := range names {
		what := "changes arrive in this order: " + strings.Join(names[:i+1], ", ")
		s.must("error", what, func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, events[name]) })
		want.add(events[name])
		s.merged(what, order, want)
	}
	before := s.writer(1, order) + s.writer(2, order)
	for i, name := range names {
		what := "changes arrive in this order: " + strings.Join(append(append([]string{}, names...), names[:i+1]...), ", ")
		s.must("error", what, func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, events[name]) })
		s.merged(what, order, want)
		if s.writer(1, order)+s.writer(2, order) != before {
			zzrFail(s.t, "rewrites", what, "the repeated change writes no row", "the row was written again",
				"a broker that redelivers an hour of events would rewrite every row of that hour, and its indexes")
		}
	}
}

// merged requires the row in both generations.
func (s *zzrShop) merged(what, order string, want *zzrWant) {
	s.t.Helper()
	rows := [2]string{s.row(1, order), s.row(2, order)}
	if rows[0] == want.String() && rows[1] == rows[0] {
		return
	}
	seen, failure, why := rows[0], "merge", "the row must not depend on when its changes arrive: the broker delivers again, and in another order"
	if rows[0] == want.String() {
		seen, failure, why = "in the generation that is being built: "+rows[1], "generations", "what is built while the shop is open needs every change, or it is out of date when it is shown"
	}
	zzrFail(s.t, failure, what, want.String(), seen, why)
}

// zzrTargets has other generations.
func zzrTargets(s *zzrShop) {
	s.t.Helper()
	for _, c := range []struct {
		active, building string
		in               []int32
	}{{"4", "NULL", []int32{4}}, {"NULL", "5", []int32{5}}, {"NULL", "NULL", nil}, {"4", "6", []int32{4, 6}}, {"5", "4", []int32{4, 5}}} {
		s.state(c.active, c.building, 9)
		order, buyer := zzrID(), zzrID()
		events, want := zzrEvents(order, buyer), &zzrWant{}
		what := fmt.Sprintf("a change while generation %s is shown and %s is built (NULL: none)", c.active, c.building)
		for _, name := range []string{"created", "deducted", "confirmed"} {
			s.must("error", what, func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, events[name]) })
			want.add(events[name])
		}
		expected := make([]string, 10)
		for generation := range expected {
			expected[generation] = "none"
		}
		for _, generation := range c.in {
			expected[generation] = want.String()
		}
		for generation := range expected {
			if seen := s.row(int32(generation), order); seen != expected[generation] {
				zzrFail(s.t, "generations", what, fmt.Sprintf("in generation %d: %s", generation, expected[generation]), seen,
					"changes belong to the generation that is shown and to the one that is built, and to no other")
			}
		}
	}
	s.state("1", "2", 9)
}

// zzrMergeTx rolls back.
func zzrMergeTx(s *zzrShop) {
	s.t.Helper()
	order := zzrID()
	events := zzrEvents(order, zzrID())
	const what = "ProjectOrder and ProjectProductName in a transaction that is rolled back"
	s.undone(what, func(ctx context.Context) error {
		if err := s.projection.ProjectOrder(ctx, events["created"]); err != nil {
			return err
		}
		return s.projection.ProjectProductName(ctx, "rolled back", "Rolled back", 3)
	})
	if seen := s.row(1, order) + s.ask(`SELECT name FROM product_names WHERE sku = 'rolled back'`); seen != "nonenone" {
		zzrFail(s.t, "outside-tx", what, "nothing is stored", seen, "p.db(ctx) is the transaction of the context; the pool commits by itself")
	}
}

// zzrAtOnce applies two changes of one order at the same time.
func zzrAtOnce(s *zzrShop) {
	s.t.Helper()
	for _, c := range []struct{ before, first, second string }{
		{"", "created", "confirmed"}, {"", "confirmed", "created"}, {"", "refunded", "deducted"}, {"created", "paid", "confirmed"},
		{"created", "confirmed", "paid"}, {"created", "refunded", "deducted"}, {"created", "deducted", "paid"}, {"created", "paid", "paid"},
		{"created", "cancelled", "refunded"}, {"confirmed", "created", "paid"},
	} {
		order, buyer := zzrID(), zzrID()
		events, want := zzrEvents(order, buyer), &zzrWant{}
		what := fmt.Sprintf("of an order with the changes [%s] %q arrives while the transaction of %q is not committed", c.before, c.second, c.first)
		if c.before != "" {
			s.project(events[c.before])
			want.add(events[c.before])
		}
		err := s.meanwhile(what, func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, events[c.first]) },
			func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, events[c.second]) })
		want.add(events[c.first])
		want.add(events[c.second])
		if err != nil {
			zzrFail(s.t, "at-once", what, "no error", fmt.Sprintf("the error %q", err), "the projector has several workers; each error is a redelivery")
		}
		for generation := int32(1); generation <= 2; generation++ {
			if seen := s.row(generation, order); seen != want.String() {
				zzrFail(s.t, "at-once", what, want.String(), seen, "a row that was read before the other change was committed is out of date; PostgreSQL compares on the newest row if the statement that writes has the condition")
			}
		}
	}
}

// zzrNames has product names.
func zzrNames(s *zzrShop) {
	s.t.Helper()
	type named struct {
		name     string
		sequence int64
		want     string
	}
	for i, steps := range [][]named{
		{{"Tea", 1, "Tea 1"}, {"Green tea", 3, "Green tea 3"}, {"Black tea", 2, "Green tea 3"}, {"White tea", 3, "Green tea 3"}, {"asked", 0, "Green tea 3"}},
		{{"asked", 0, "asked 0"}, {"asked again", 0, "asked 0"}, {"Tea", 1, "Tea 1"}},
		{{"Tea", 7, "Tea 7"}, {"Tea", 9, "Tea 9"}, {"Tea", 8, "Tea 9"}},
	} {
		sku := fmt.Sprintf("sku-%d", i)
		stored := func() string {
			return s.ask(`SELECT name || ' ' || sequence FROM product_names WHERE sku = $1`, sku)
		}
		for n, step := range steps {
			what := fmt.Sprintf("a product gets these names (the number is the sequence): %s", zzrSteps(len(steps[:n+1]), func(i int) string { return fmt.Sprintf("%q %d", steps[i].name, steps[i].sequence) }))
			s.must("error", what, func(ctx context.Context) error {
				return s.projection.ProjectProductName(ctx, sku, step.name, step.sequence)
			})
			if seen := stored(); seen != step.want {
				zzrFail(s.t, "name", what, step.want, seen, "a name that arrives late is not the name of the product now")
			}
		}
	}
	for _, c := range []struct{ before, first, second, want int64 }{{0, 3, 2, 3}, {0, 2, 3, 3}, {-1, 3, 2, 3}, {-1, 0, 1, 1}, {-1, 1, 0, 1}} {
		sku := zzrID()
		name := func(sequence int64) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				return s.projection.ProjectProductName(ctx, sku, fmt.Sprintf("name %d", sequence), sequence)
			}
		}
		if c.before >= 0 {
			s.must("error", "ProjectProductName", name(c.before))
		}
		what := fmt.Sprintf("a name with the sequence %d arrives while the transaction of the one with %d is not committed", c.second, c.first)
		err := s.meanwhile(what, name(c.first), name(c.second))
		if seen := s.ask(`SELECT sequence::text FROM product_names WHERE sku = $1`, sku); err != nil || seen != fmt.Sprint(c.want) {
			zzrFail(s.t, "name", what, fmt.Sprintf("the name with the sequence %d, and no error", c.want), fmt.Sprintf("the one with %s, the error %v", seen, err),
				"a name that arrives late is not the name of the product now")
		}
	}
}

func zzrSteps(n int, text func(i int) string) string {
	each := make([]string, n)
	for i := range each {
		each[i] = text(i)
	}
	return strings.Join(each, ", ")
}
