package domain_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"shop/order/internal/domain"
)

const (
	zzOrderID      = "0197c0de-0000-7000-8000-000000000001"
	zzVersion      = 7
	zzCancelCode   = domain.CancelInsufficientBalance
	zzCancelReason = "the wallet holds too little"
)

var (
	zzCreated = time.Date(2001, 2, 3, 4, 5, 6, 789_012_345, time.UTC)
	zzLater   = zzCreated.Add(90 * time.Minute)
)

// zzStep is one of the four methods that change an order.
type zzStep struct {
	name  string
	from  []domain.OrderStatus
	to    domain.OrderStatus
	event string
	call  func(o *domain.Order, now time.Time) error
}

func zzChanges() []zzStep {
	return []zzStep{
		{"Confirm", []domain.OrderStatus{domain.StatusPending}, domain.StatusConfirmed, "order.order.confirmed", (*domain.Order).Confirm},
		{"MarkPaid", []domain.OrderStatus{domain.StatusConfirmed}, domain.StatusPaid, "order.order.paid", (*domain.Order).MarkPaid},
		{"Ship", []domain.OrderStatus{domain.StatusPaid}, domain.StatusShipped, "order.order.shipped", (*domain.Order).Ship},
		{"Cancel", []domain.OrderStatus{domain.StatusPending, domain.StatusConfirmed, domain.StatusPaid}, domain.StatusCancelled, "order.order.cancelled",
			func(o *domain.Order, now time.Time) error { return o.Cancel(zzCancelCode, zzCancelReason, now) }},
	}
}

// zzRestored returns an order as a repository would load it, in any status at all.
func zzRestored(t *testing.T, status domain.OrderStatus) *domain.Order {
	t.Helper()
	return domain.RestoreOrder(zzSnapshot(t, status))
}

// zzRestoredWithReason is zzRestored with a code and a reason, other than those of zzChanges.
func zzRestoredWithReason(t *testing.T, status domain.OrderStatus) *domain.Order {
	t.Helper()
	s := zzSnapshot(t, status)
	s.CancelCode, s.CancelReason = domain.CancelByBuyer, "changed my mind"
	return domain.RestoreOrder(s)
}

func zzSnapshot(t *testing.T, status domain.OrderStatus) domain.Snapshot {
	t.Helper()
	price := zzTotal(t)
	item, err := domain.NewItem("tea", 1, price)
	if err != nil {
		t.Fatalf("the given code of the stage does not work: NewItem: %v", err)
	}
	return domain.Snapshot{
		ID: zzOrderID, BuyerID: "buyer", Status: status, Items: []domain.Item{item}, Total: price, Version: zzVersion,
		CreatedAt: zzCreated, UpdatedAt: zzCreated,
	}
}

func zzTotal(t *testing.T) domain.Money {
	t.Helper()
	m, err := domain.NewMoney(1250, "EUR")
	if err != nil {
		t.Fatalf("the given code of the stage does not work: NewMoney: %v", err)
	}
	return m
}

func zzMustChange(t *testing.T, o *domain.Order, from domain.OrderStatus, step zzStep, now time.Time) {
	t.Helper()
	if err := zzChange(t, o, step, now); err != nil {
		zzFail(t, "arrow-refused", fmt.Sprintf("%s on an order that is %s", step.name, zzName(from)), "success", fmt.Sprintf("%q", err), "this arrow is in the picture")
	}
}

func zzChange(t *testing.T, o *domain.Order, step zzStep, now time.Time) (err error) {
	t.Helper()
	from := o.Status()
	zzGuard(t, fmt.Sprintf("%s on an order that is %s", step.name, zzName(from)), zzKnown(from), func() { err = step.call(o, now) })
	return err
}

// zzPicture is all that can be seen of an order but its events.
func zzPicture(o *domain.Order) string {
	return fmt.Sprintf("status %s, updated %s, created %s, version %d, cancel %q %q, total %d %s, %d item(s)", zzName(o.Status()), zzTime(o.UpdatedAt()),
		zzTime(o.CreatedAt()), o.Version(), o.CancelCode(), o.CancelReason(), o.Total().MinorUnits(), o.Total().Currency(), len(o.Items()))
}

// zzHistory is all that can be seen of an order's events.
func zzHistory(o *domain.Order) string {
	var all []string
	for _, e := range o.Events() {
		if e == nil {
			all = append(all, "nil")
			continue
		}
		all = append(all, fmt.Sprintf("%s %+v", e.EventType(), reflect.Indirect(reflect.ValueOf(e))))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func zzName(s domain.OrderStatus) string {
	names := []string{"Unspecified (0)", "Pending", "Confirmed", "Paid", "Shipped", "Cancelled"}
	if s >= 0 && int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("OrderStatus(%d)", int(s))
}

func zzTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func zzTypes(events []domain.Event) string {
	types := make([]string, len(events))
	for i, e := range events {
		types[i] = "nil"
		if e != nil {
			types[i] = e.EventType()
		}
	}
	return "[" + strings.Join(types, " ") + "]"
}

// zzField reads a field of an event, be it recorded as a value or as a pointer; nil if there is no such field.
func zzField(e domain.Event, name string) any {
	v := reflect.Indirect(reflect.ValueOf(e))
	if v.Kind() != reflect.Struct || !v.FieldByName(name).IsValid() {
		return nil
	}
	return v.FieldByName(name).Interface()
}

// zzKnown says whether the lesson names all of the statuses.
func zzKnown(statuses ...domain.OrderStatus) bool {
	for _, s := range statuses {
		if s < domain.StatusPending || s > domain.StatusCancelled {
			return false
		}
	}
	return true
}

// zzGuard turns a panic of the learner's code into a failure that names the call; known says whether all its statuses exist.
func zzGuard(t *testing.T, call string, known bool, f func()) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			zzPlace()
			why := "the answer to such a call is a value or an error, whatever is asked: a panic ends the request, and perhaps the process"
			if !known {
				why = "a bad row or a message of a newer version must be refused, not end the process"
			}
			zzFail(t, "crash", call, "it returns", fmt.Sprintf("panic: %v", p), why)
		}
	}()
	f()
}

// zzPlace prints where the learner's code panicked, as a stack trace would. It is called by the function that has recovered.
func zzPlace() {
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

func zzFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what + " is wrong", "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
