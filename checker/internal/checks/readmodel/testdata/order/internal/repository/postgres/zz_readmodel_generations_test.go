package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"shop/order/internal/query"
)

func TestZZReadModelGenerations(t *testing.T) {
	s := zzrNew(t)
	zzrBegin(s)
	zzrActivate(s)
	zzrCopy(s)
	zzrCopyMerges(s)
	zzrGenerationsTx(s)
}

func (s *zzrShop) begin() (generation int32) {
	s.t.Helper()
	s.must("error", "Begin", func(ctx context.Context) (err error) {
		generation, err = s.projection.Begin(ctx)
		return err
	})
	return generation
}

func (s *zzrShop) activate(generation int32) (activated bool) {
	s.t.Helper()
	s.must("error", "Activate", func(ctx context.Context) (err error) {
		activated, err = s.projection.Activate(ctx, generation)
		return err
	})
	return activated
}

func (s *zzrShop) copied(generation int32, after string, size int32) (changes []query.OrderChange) {
	s.t.Helper()
	s.must("error", "Copy", func(ctx context.Context) (err error) {
		changes, err = s.projection.Copy(ctx, generation, after, size)
		return err
	})
	return changes
}

// zzrBegin starts generations.
func zzrBegin(s *zzrShop) {
	s.t.Helper()
	const why = "an abandoned generation may have rows that are out of date: they would be shown"
	used, shown := []int32{1}, int32(1)
	for i, what := range []string{"the first Begin; generation 1 is shown", "Begin after a rebuild that did not finish", "Begin after two rebuilds that did not finish", "Begin after a rebuild that was activated", "Begin after another that was activated"} {
		generation := s.begin()
		if slices.Contains(used, generation) {
			zzrFail(s.t, "begin", what, fmt.Sprintf("a number that no generation has had: they were %d", used), fmt.Sprint(generation), why)
		}
		used = append(used, generation)
		if expected := fmt.Sprintf("shown %d, built %d", shown, generation); s.stated() != expected {
			zzrFail(s.t, "begin", what, expected+" in order_list_state", s.stated(), "lists show the old generation until the new one is complete, and changes go to both from now on")
		}
		if i >= 2 {
			s.state(fmt.Sprint(generation), "NULL", int(generation))
			shown = generation
		}
	}
	s.state("NULL", "NULL", 30)
	generation := s.begin()
	if expected := fmt.Sprintf("shown none, built %d", generation); s.stated() != expected || generation <= 30 {
		zzrFail(s.t, "begin", "Begin in a shop that has no generation; the latest number was 30", expected+" in order_list_state, and a number above 30", s.stated(), "an old shop shows no generation before its first rebuild")
	}

	const what = "Begin while the transaction of another Begin is not committed"
	var first, second int32
	err := s.meanwhile(what, func(ctx context.Context) (err error) {
		first, err = s.projection.Begin(ctx)
		return err
	}, func(ctx context.Context) (err error) {
		second, err = s.projection.Begin(ctx)
		return err
	})
	if err != nil || first == second {
		zzrFail(s.t, "begin", what, "another number, and no error", fmt.Sprintf("%d and %d, the error %v", first, second, err), "two rebuilds that fill the same generation each believe that it is complete when they are")
	}
	if expected := fmt.Sprintf("shown none, built %d", second); s.stated() != expected {
		zzrFail(s.t, "begin", what, expected+" in order_list_state", s.stated(), "the last one that begins is the one that is built")
	}
}

// zzrActivate shows generations.
func zzrActivate(s *zzrShop) {
	s.t.Helper()
	const why = "another rebuild has begun: what this one has filled got no changes since then"
	for _, c := range []struct {
		active, building string
		generation       int32
		activated        bool
		then             string
	}{
		{"4", "6", 6, true, "shown 6, built none"}, {"NULL", "6", 6, true, "shown 6, built none"}, {"4", "7", 6, false, "shown 4, built 7"},
		{"4", "NULL", 6, false, "shown 4, built none"}, {"6", "NULL", 6, false, "shown 6, built none"}, {"6", "7", 6, false, "shown 6, built 7"},
	} {
		s.state(c.active, c.building, 9)
		what := fmt.Sprintf("Activate(%d) while generation %s is shown and %s is built (NULL: none)", c.generation, c.active, c.building)
		if activated := s.activate(c.generation); activated != c.activated || s.stated() != c.then {
			zzrFail(s.t, "activate", what, fmt.Sprintf("%t; then %s", c.activated, c.then), fmt.Sprintf("%t; then %s", activated, s.stated()), why)
		}
	}
	s.state("4", "6", 6)
	const what = "Activate(6) while the transaction of another rebuild's Begin is not committed"
	var newer int32
	activated := false
	err := s.meanwhile(what, func(ctx context.Context) (err error) {
		newer, err = s.projection.Begin(ctx)
		return err
	}, func(ctx context.Context) (err error) {
		activated, err = s.projection.Activate(ctx, 6)
		return err
	})
	if expected := fmt.Sprintf("shown 4, built %d", newer); err != nil || activated || s.stated() != expected {
		zzrFail(s.t, "activate", what, "false; then "+expected, fmt.Sprintf("%t, the error %v; then %s", activated, err, s.stated()), why)
	}
}

// zzrCopy fills a generation beside one that is wrong.
func zzrCopy(s *zzrShop) {
	s.t.Helper()
	buyer := zzrID()
	ids := make([]string, 7)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08d%s", i, zzrID()[8:])
		s.order(ids[i], buyer, 1+i%4, zzrNoon.Add(time.Duration(i%5)*time.Minute))
	}
	s.exec(`INSERT INTO product_names (sku, name, sequence) VALUES ('tea', 'Tea', 1), ('cup', 'Cup', 1)`)
	s.state("40", "NULL", 40)
	// The generation that is shown lacks some orders, and has others wrong. Only it knows that order 1 was charged and order 2 refunded.
	s.exec(`INSERT INTO order_list_view (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at, payment)
		SELECT 40, id, buyer_id, currency, total_minor + 1, '[{"sku": "tea", "quantity": 9, "unit_price": 9}]', created_at, 4, 99, updated_at,
		CASE WHEN id = $1::uuid THEN 1 WHEN id = $2::uuid THEN 2 ELSE 0 END FROM orders WHERE id <> $3::uuid`, ids[0], ids[1], ids[6])
	before := s.page(s.lists, buyer)
	generation := s.begin()
	what := fmt.Sprintf("a rebuild of %d orders, of which the shown generation lacks one and has the others wrong; Copy with the size 3", len(ids))
	shown := func(when string) {
		if expected, seen := zzrDiffer(before, s.page(s.lists, buyer)); seen != "" {
			zzrFail(s.t, "early", what+"; "+when, "the list is what it was before: "+expected, seen, "until the new generation is complete, the old one is what the shop has")
		}
	}
	shown("after Begin")
	after := uuid.Nil.String()
	for begin := 0; begin <= len(ids); begin += 3 {
		expected := ids[begin:min(begin+3, len(ids))]
		changes := s.copied(generation, after, 3)
		var seen []string
		for _, change := range changes {
			seen = append(seen, change.OrderID)
		}
		if !slices.Equal(seen, expected) {
			zzrFail(s.t, "copy", what+", after "+after, fmt.Sprintf("it returns the changes of %q", expected), fmt.Sprintf("%q", seen), "the rebuild goes on after the last of them")
		}
		if n := s.ask(`SELECT count(*)::text FROM order_list_view WHERE generation = $1`, generation); n != fmt.Sprint(min(begin+3, len(ids))) {
			zzrFail(s.t, "copy", what+", after "+after, fmt.Sprintf("%d rows in the new generation", min(begin+3, len(ids))), n+" rows", "an order without a row is on no list")
		}
		shown("after a Copy")
		after = expected[len(expected)-1]
	}
	if n := len(s.copied(generation, after, 3)); n != 0 {
		zzrFail(s.t, "copy", what+", after the last order", "no changes", fmt.Sprintf("%d changes", n), "the rebuild ends with a short page")
	}
	if !s.activate(generation) {
		zzrFail(s.t, "activate", what+"; then Activate", "true", "false", "no other rebuild has begun")
	}
	if expected, seen := zzrDiffer(s.page(s.source, buyer), s.page(s.lists, buyer)); seen != "" {
		zzrFail(s.t, "copy", what+"; after Activate", "the list is what the orders say: "+expected, seen, "a rebuild is what is left when the read model is wrong")
	}
	const payments = "1, 2, 1, 2, 0, 0, 1"
	if seen := s.ask(`SELECT string_agg(payment::text, ', ' ORDER BY order_id) FROM order_list_view WHERE generation = $1`, generation); seen != payments {
		zzrFail(s.t, "copy", what+"; the payments after Activate", payments+": what the orders know, or what the old generation knew, if that is more", seen, "only events of wallet say how the first two were paid, and they are not sent again")
	}
}

// zzrCopyMerges copies orders of which the new generation has a row already: their changes came first.
func zzrCopyMerges(s *zzrShop) {
	s.t.Helper()
	const why = "changes reach the new generation from Begin on. Copy has read the order before or after them, and can be late"
	for _, c := range []struct {
		stored  int
		changes []string
	}{
		{1, []string{"confirmed"}}, {1, []string{"created", "confirmed", "paid"}}, {2, []string{"created"}}, {2, []string{"refunded"}}, {3, []string{"created", "refunded"}},
		{1, []string{"deducted", "confirmed"}}, {4, []string{"cancelled without a code", "refunded"}}, {4, []string{"confirmed"}}, {2, []string{"created", "confirmed"}},
		{1, []string{"cancelled"}}, {1, nil},
	} {
		order, buyer := zzrID(), zzrID()
		events, want := zzrEvents(order, buyer), &zzrWant{}
		s.state("50", "51", 51)
		s.exec(`DELETE FROM orders`)
		s.exec(`DELETE FROM order_items`)
		s.order(order, buyer, c.stored, events["created"].At)
		what := fmt.Sprintf("Copy of an order that it reads at version %d, after these changes came to the new generation: %s", c.stored, strings.Join(c.changes, ", "))
		for _, name := range c.changes {
			// Past the projection: this is about Copy.
			want.add(events[name])
		}
		s.store(51, order, want)
		changes := s.copied(51, uuid.Nil.String(), 10)
		if len(changes) != 1 {
			zzrFail(s.t, "copy", what, "it returns one change", fmt.Sprintf("%d changes", len(changes)), "the rebuild goes on after the last of them")
		}
		want.add(changes[0])
		if seen := s.row(51, order); seen != want.String() {
			zzrFail(s.t, "copy-merges", what, want.String(), seen, why)
		}
	}
}

// store writes a row past the projection.
func (s *zzrShop) store(generation int32, order string, w *zzrWant) {
	s.t.Helper()
	if *w == (zzrWant{}) {
		return
	}
	s.exec(`INSERT INTO order_list_view (generation, order_id, status, version, updated_at, cancel_code, cancel_reason, payment)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, generation, order, int(w.status), w.version, map[bool]*time.Time{false: &w.at}[w.at.IsZero()], w.code, w.reason, int(w.payment))
	if w.created != nil {
		items, _ := json.Marshal(w.created.Items)
		s.exec(`UPDATE order_list_view SET buyer_id = $3, currency = $4, total_minor = $5, items = $6, created_at = $7 WHERE generation = $1 AND order_id = $2`,
			generation, order, w.created.BuyerID, w.created.Currency, w.created.TotalMinor, items, w.created.At)
	}
}

func zzrGenerationsTx(s *zzrShop) {
	s.t.Helper()
	s.state("50", "51", 51)
	s.exec(`DELETE FROM order_list_view WHERE generation = 51`)
	before := s.stated() + s.ask(`SELECT format(', %s', count(*)) FROM order_list_view`)
	for _, c := range []struct {
		what string
		call func(ctx context.Context) error
	}{
		{"Copy", func(ctx context.Context) error {
			_, err := s.projection.Copy(ctx, 51, uuid.Nil.String(), 10)
			return err
		}},
		{"Activate", func(ctx context.Context) error {
			_, err := s.projection.Activate(ctx, 51)
			return err
		}},
		{"Begin", func(ctx context.Context) error {
			_, err := s.projection.Begin(ctx)
			return err
		}},
	} {
		what := c.what + " in a transaction that is rolled back"
		s.undone(what, c.call)
		if seen := s.stated() + s.ask(`SELECT format(', %s', count(*)) FROM order_list_view`); seen != before {
			zzrFail(s.t, "outside-tx", what, "all is as before: "+before+" rows", seen+" rows", "p.db(ctx) is the transaction of the context; the pool commits by itself")
		}
	}
}
