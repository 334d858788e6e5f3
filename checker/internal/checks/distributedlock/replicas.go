package distributedlock

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	orderv1 "shop/gen/order/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 15 * time.Second
	report   = "daily_sales_report"
	// lives is how long a lock outlives its holder here.
	lives = 6 * time.Second
)

// shop is two replicas of order, which make reports.
type shop struct {
	*stack.Stack
	t      *check.T
	store  *store
	db     *pgx.Conn
	redis  *redis.Client
	second string // the name of the other replica
}

// replicas freezes the holder of a lock, empties Redis, and cuts the holder off from Redis, each while a report is uploaded.
func replicas(t *check.T) {
	s := open(t)
	s.frozen("2024-03-01")
	s.emptied("2024-03-02")
	s.cutOff("2024-03-03")
}

func open(t *check.T) *shop {
	t.Step("start order twice, with an object store")
	s := &shop{t: t, store: openStore(t)}
	env := map[string]string{
		"JOB_LOCK_TTL": lives.String(), "JOB_FINISH_TIMEOUT": "5s", "JOB_ANSWER_AFTER": "1s", "S3_TIMEOUT": "60s", "REDIS_TIMEOUT": "10s",
		"SALES_REPORT_SCHEDULE": "0 0 1 1 *", "INVENTORY_TARGET": "127.0.0.1:1", // no order is made here
	}
	for name, value := range s.store.environment {
		env[name] = value
	}
	s.Stack = t.Stack(stack.Options{ServiceEnv: map[string]map[string]string{"order": env}})
	options, err := redis.ParseURL(t.Lease().RedisURL)
	t.Ours("read the address of Redis", err)
	s.redis = redis.NewClient(options)
	t.Cleanup(func(context.Context) { _ = s.redis.Close() })
	s.db, err = pgx.Connect(t.Context(), t.Lease().Databases["order_db"])
	t.Ours("connect to order_db", err)
	t.Cleanup(func(ctx context.Context) { _ = s.db.Close(ctx) })
	second, err := s.StartSecond(t.Context(), "order", env)
	t.NoError("start the second order", err)
	s.second = second.Name
	t.Baseline(func() {
		t.Step("before anything goes wrong: one report")
		s.begins("order", "2024-02-01", nil, "ordinary", "the first report is not made", "")
		s.ends("2024-02-01", 1)
	})
	return s
}

// frozen stops the holder with SIGSTOP until another has its lock.
func (s *shop) frozen(day string) {
	t := s.t
	t.Step("order makes the report of %s, and its upload takes long", day)
	first := s.store.hold(day)
	s.begins("order", day, first, "ordinary", "a report does not begin", "")
	s.refuses(s.second, day, codes.Aborted, check.Failure{
		ID: "two", Sentence: "a replica does not refuse a report that another replica makes", Expected: "Aborted: the window is in progress",
		Why: "the first replica is alive, and holds the lock",
	})
	t.Step("freeze order for longer than its lock lives")
	t.Ours("freeze order", s.Service("order").Pause())
	second := s.store.hold(day)
	s.begins(s.second, day, second, "blocked", "a frozen holder blocks its window", "the lock of a holder that does not extend it expires")
	t.Step("let order continue, while the other replica holds the lock")
	t.Ours("let order continue", s.Service("order").Resume())
	s.stops(first, "a holder that was frozen continues as if it had the lock", "when it runs again, its lock is another's: the watchdog ends the context of the work, and so the upload")
	s.settled(day)
	second.release()
	s.ends(day, 2)
}

// emptied lets Redis lose all data.
func (s *shop) emptied(day string) {
	t := s.t
	t.Step("order makes the report of %s, and Redis loses its data", day)
	first := s.store.hold(day)
	s.begins("order", day, first, "ordinary", "a report does not begin", "")
	t.Ours("flush Redis", s.redis.FlushDB(t.Context()).Err())
	second := s.store.hold(day)
	s.begins(s.second, day, second, "blocked", "Redis has lost a lock, and the next holder is refused", "its token is larger than that of the earlier holder, because the tokens are in the database")
	s.stops(first, "Redis has lost a lock, and its holder continues", "the next attempt to extend the lock says that it is another's")
	s.settled(day)
	second.release()
	s.ends(day, 2)
}

// cutOff cuts one replica off from Redis.
func (s *shop) cutOff(day string) {
	t := s.t
	t.Step("order makes the report of %s, and loses its connection to Redis", day)
	first := s.store.hold(day)
	s.begins("order", day, first, "ordinary", "a report does not begin", "")
	s.Server("order", "redis").Cut()
	s.stops(first, "a holder cannot extend its lock, and continues", "it expires in Redis, and another process may have it")
	s.refuses("order", "2024-02-02", codes.Unavailable, check.Failure{
		ID: "unlocked", Sentence: "a replica cannot reach Redis, and does not refuse a report as it should", Expected: "Unavailable",
		Why: "without the lock every replica would make the report; and \"in progress\" would be untrue",
	})
	t.Step("the other replica makes it")
	s.begins(s.second, day, nil, "blocked", "the holder cannot reach Redis, and its window is blocked", "its lock expires")
	s.ends(day, 2)
	t.Ours("give Redis back", s.Server("order", "redis").Heal())
}

// run asks a replica for a report, and returns the code of its answer.
func (s *shop) run(replica, day string) codes.Code {
	_, err := orderv1.NewJobServiceClient(s.Service(replica).Conn()).RunJob(s.AsAdmin(s.t.Context()), &orderv1.RunJobRequest{Name: report, Window: day})
	return status.Code(err)
}

// refuses asks a replica for a report until it refuses with a code. To accept it is the failure, and so is another reason, if it stays.
func (s *shop) refuses(replica, day string, want codes.Code, f check.Failure) {
	s.t.True(s.t.Within(patience, func() bool {
		code := s.run(replica, day)
		f.Seen = code.String()
		s.t.True(code != codes.OK, f)
		return code == want
	}), f)
}

// begins asks a replica for a report until it is accepted and its upload is held, or, if none is to be held, until it is made.
func (s *shop) begins(replica, day string, h *held, id, sentence, why string) {
	f := check.Failure{ID: id, Sentence: sentence, Expected: "the report begins, at the latest when the lock of an earlier holder has expired", Why: why}
	if !s.t.Within(patience, func() bool {
		if h != nil && h.has(h.arrived) {
			return true
		}
		code := s.run(replica, day)
		f.Seen = code.String()
		return h == nil && code == codes.OK
	}) {
		s.t.Fail(f)
	}
}

// stops requires that a holder cancels its upload.
func (s *shop) stops(h *held, sentence, why string) {
	if !s.t.Within(patience, func() bool { return h.has(h.gone) }) {
		s.t.Fail(check.Failure{ID: "runs-on", Sentence: sentence, Expected: "it cancels its upload", Seen: fmt.Sprintf("the upload continues after %s", patience), Why: why})
	}
}

// execution is a row of job_executions.
type execution struct {
	status  string
	attempt int
	fence   int64
}

func (s *shop) executions(day string) []execution {
	rows, err := s.db.Query(s.t.Context(),
		`SELECT status, attempt, COALESCE(fence, 0) FROM job_executions WHERE job_name = $1 AND job_window = $2 ORDER BY attempt`, report, day)
	s.t.Ours("read job_executions", err)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e execution, err error) {
		return e, row.Scan(&e.status, &e.attempt, &e.fence)
	})
	s.t.Ours("read job_executions", err)
	return all
}

// settled waits until the earlier holder has recorded, or tried to, how its execution ended.
func (s *shop) settled(day string) {
	s.t.Eventually("order logs how the execution for "+day+" has ended", patience, func(context.Context) (string, bool) {
		logs := s.Service("order").Logs()
		for _, line := range append(logs.Events("platform.job.failed"), logs.Events("platform.job.succeeded")...) {
			if job, ok := line.Fields["job"].(map[string]any); ok && job["window"] == day {
				return line.Event, true
			}
		}
		return "no such line", false
	})
}

// ends requires that the last attempt at a report has succeeded, and no other.
func (s *shop) ends(day string, attempts int) {
	t := s.t
	var all []execution
	succeeded := func() (n int) {
		for _, e := range all {
			if e.status == "SUCCEEDED" {
				n++
			}
		}
		return n
	}
	t.Within(patience, func() bool {
		all = s.executions(day)
		return succeeded() > 0
	})
	last := execution{}
	for i, e := range all {
		if i > 0 {
			t.True(e.fence > last.fence, check.Failure{
				ID: "token", Sentence: "the next holder of a lock does not have a larger token than the one before", Expected: "tokens that grow with the attempts",
				Seen: fmt.Sprint(all), Why: "the database cannot tell the old holder from the new one",
			})
		}
		last = e
	}
	t.True(len(all) == attempts && succeeded() == 1 && last.status == "SUCCEEDED", check.Failure{
		ID: "outcome", Sentence: "the executions of a report do not say what has happened", Expected: fmt.Sprintf("%d executions, of which the last has SUCCEEDED and no other", attempts),
		Seen: fmt.Sprintf("status, attempt, token: %v", all), Why: "the report of the last holder is the one that counts; an earlier one has lost its lock",
	})
}
