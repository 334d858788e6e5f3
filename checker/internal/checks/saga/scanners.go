package saga

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	inventoryv1 "shop/gen/inventory/v1"
	walletv1 "shop/gen/wallet/v1"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// stale is how many sagas the scanners find: more than one of them works at a time, so that they must share.
const stale = 8

// twoScanners lets two replicas see the same stale sagas in the same moment.
func twoScanners(t *check.T) {
	s := open(t, nil)
	t.Step("bring %d purchases to where wallet has deducted and order does not know", stale)
	answers := make([]*fault.Hold, stale)
	for i := range answers {
		p := s.customer("order dies when wallet has deducted and order does not know", rich)
		answers[i] = s.Call("order", "wallet").HoldAnswer("Deduct", 1)
		p.mustStrikeAt(answers[i])
	}
	s.kill("all of them are stale now", answers...)
	crash := time.Now()

	s.age()
	slowly := s.slowHalf(400 * time.Millisecond)
	t.Step("start two replicas of order, while the checker holds the rows of the sagas")
	letGo := s.holdSagas()
	t.Together(2, func(i int) {
		if i == 0 {
			t.NoError("start order again", s.Service("order").Restart(t.Context(), map[string]string{"DATABASE_URL": s.databaseAs("order")}))
			return
		}
		_, err := s.StartSecond(t.Context(), "order", map[string]string{"DATABASE_URL": s.databaseAs("order-2")})
		t.NoError("start a second order service", err)
	})
	var links []*fault.Link
	for _, replica := range []string{"order", "order-2"} {
		for _, callee := range []string{"inventory", "wallet"} {
			link := s.Call(replica, callee)
			link.DelayEach(slowly)
			links = append(links, link)
		}
	}
	// A replica that skips locked rows does not wait for them, and finds them when they are free.
	s.within(2*time.Second, func() bool { return s.waiting("order") > 0 && s.waiting("order-2") > 0 })
	t.Step("let go: both want them all")
	letGo()
	t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
	s.judge()
	s.oneEach(links, crash)
	s.countedOnce()
}

// countedOnce fails unless the scanners count a saga as settled where one of them settled it.
func (s *shop) countedOnce() {
	counted := func() (total int, scans map[string]bool) {
		scans = map[string]bool{}
		for _, service := range s.Services() {
			for _, line := range service.Logs().All() {
				if line.Event == "order.saga.scanned" {
					n, _ := strconv.Atoi(line.Field("settled"))
					total, scans[service.Name] = total+n, true
				}
			}
		}
		return total, scans
	}
	s.within(2*time.Second, func() bool {
		total, scans := counted()
		return total >= stale && len(scans) == 2
	})
	total, _ := counted()
	s.t.True(total <= stale, check.Failure{
		Sentence: "the scanners report more sagas settled than there were",
		Expected: fmt.Sprintf("%d sagas settled, as order.saga.scanned counts them", stale), Seen: strconv.Itoa(total),
		Why: "settle returns nil only for a saga that this call has settled: the count decides whether the scan goes on, and operators read it",
	})
	s.t.True(total == stale, check.Failure{
		Sentence: "the scanners report fewer sagas settled than there were",
		Expected: fmt.Sprintf("%d sagas settled, as order.saga.scanned counts them", stale), Seen: strconv.Itoa(total),
		Why: "settle returns nil for a saga that it has settled: the count decides whether the scan goes on, and operators read it",
	})
}

// slowHalf makes the calls for that half of the sagas slow which a scanner comes to last. Whichever replica is done with the quick half
// then finds the slow ones in the hands of the other, in the middle of the work, however fast this machine is.
func (s *shop) slowHalf(d time.Duration) func(fault.Call) time.Duration {
	rows, err := s.db.Query(s.t.Context(), `SELECT id::text FROM saga_executions
		WHERE status IN ('RUNNING', 'COMPENSATING') ORDER BY created_at DESC LIMIT $1`, stale/2)
	s.t.Ours("list the sagas", err)
	slow, err := pgx.CollectRows(rows, pgx.RowTo[string])
	s.t.Ours("list the sagas", err)
	return func(call fault.Call) time.Duration {
		if slices.Contains(slow, sagaOf(call)) {
			return d
		}
		return 0
	}
}

// oneEach fails if calls for one saga came from both replicas.
func (s *shop) oneEach(links []*fault.Link, since time.Time) {
	workers := map[string][]string{}
	for _, link := range links {
		replica, _, _ := strings.Cut(link.Name(), "->")
		for _, call := range link.Calls("") {
			if id := sagaOf(call); id != "" && call.Begin.After(since) && !slices.Contains(workers[id], replica) {
				workers[id] = append(workers[id], replica)
			}
		}
	}
	for id, replicas := range workers {
		s.t.True(len(replicas) == 1, check.Failure{
			Sentence: "two replicas worked the same saga",
			Expected: fmt.Sprintf("each of the %d sagas is finished by one replica", stale),
			Seen:     fmt.Sprintf("calls for saga %s from %s", id, strings.Join(replicas, " and ")),
			Why:      "what was stale when the list was read may have been taken since: to take a saga over needs a claim that only one can win",
		})
	}
}

// sagaOf returns the id of the saga that a call to inventory or wallet is part of; "" if it is part of none.
func sagaOf(call fault.Call) string {
	request, known := map[string]interface {
		proto.Message
		GetSagaId() string
	}{
		"Reserve": &inventoryv1.ReserveRequest{}, "Release": &inventoryv1.ReleaseRequest{},
		"Deduct": &walletv1.DeductRequest{}, "Refund": &walletv1.RefundRequest{},
	}[call.Name()]
	if !known || call.DecodeRequest(request) != nil {
		return ""
	}
	return request.GetSagaId()
}

// holdSagas locks the rows of unfinished sagas, of these orders or of all: they can be read, but neither claimed nor saved.
func (s *shop) holdSagas(orders ...string) (letGo func()) {
	conn := s.connect()
	tx, err := conn.Begin(s.t.Context())
	s.t.Ours("begin", err)
	_, err = tx.Exec(s.t.Context(), `SELECT 1 FROM saga_executions WHERE `+unfinished+` FOR UPDATE`, slices.Concat([]string{}, orders))
	s.t.Ours("hold the sagas", err)
	return func() {
		s.t.Ours("let go of the sagas", tx.Rollback(s.t.Context()))
		_ = conn.Close(context.WithoutCancel(s.t.Context()))
	}
}

// databaseAs is the URL of order_db for a replica that is to be known by its name there.
func (s *shop) databaseAs(replica string) string {
	address, err := url.Parse(s.t.Lease().Databases["order_db"])
	s.t.Ours("read the URL of order_db", err)
	query := address.Query()
	query.Set("application_name", replica)
	address.RawQuery = query.Encode()
	return address.String()
}
