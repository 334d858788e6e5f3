package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"shop/platform/inbox"
	"shop/platform/messaging"
)

// TestZZInboxCrash lets a process die with a message, and delivers the message to another one.
func TestZZInboxCrash(t *testing.T) {
	zziDiesInHandler(t)
	zziDiesInCommit(t)
	zziFailsWithDuplicate(t, false)
	zziFailsWithDuplicate(t, true)
	zziFails(t, errZZI, "its handler failed the first time")
	zziFails(t, messaging.Permanent(errZZI), "its handler refused it, and it is delivered again from the dead letters")
	zziPanics(t)
}

// zziGiven is a message, and what has happened to it.
type zziGiven struct {
	messaging.Message
	story string
}

// held has an effect whose transaction cannot be committed while the test has the lock.
func (p *zziProcess) held(ctx context.Context, m messaging.Message) error {
	return p.effect(ctx, m, "replies", true)
}

// duplicate delivers the message in the background; reached gets a value when its handler is called.
func (s *zziShop) duplicate(p *zziProcess, m zziGiven) (answers <-chan error, reached chan struct{}) {
	reached = make(chan struct{}, 8)
	return p.start(p.handler("replies", func() error {
		reached <- struct{}{}
		return nil
	}), m.Message), reached
}

// redeliver demands that the message has its effect now.
func (s *zziShop) redeliver(p *zziProcess, m zziGiven) {
	s.t.Helper()
	err := p.deliver(m.Message)
	switch n := s.effects(m.Message); {
	case err == nil && n == 1:
		return
	case n > 0:
		zziFail(s.t, "outside", "the effect of a delivery that failed is committed: "+m.story,
			"one effect, of the next delivery", fmt.Sprintf("%d effects after it, and the answer %v", n, err),
			"What the handler does before it fails must be rolled back, or each repetition adds to it.")
	case err == nil:
		zziFail(s.t, "lost", "a message is lost: "+m.story,
			"the next delivery has the effect", fmt.Sprintf("it was answered with nil, and the effect is committed %d times", n),
			"The broker forgets a message that was answered with nil. The order that waits for this reply waits for ever.")
	}
	zziFail(s.t, "delayed", "a message is refused: "+m.story,
		"the next delivery has the effect", fmt.Sprintf("the error %q", err),
		"No process can know whether the one that set the flag is alive. Until the flag expires every delivery fails, and after five the message is a dead letter.")
}

func zziDiesInHandler(t *testing.T) {
	s := zziNew(t)
	p, m := s.process(nil), zziGiven{zziMessage(), "its process died in the handler"}
	err := s.answer(p.start(p.handler("replies", func() error {
		p.cut(true)
		return errZZI
	}), m.Message))
	s.mustFail(err, errZZI, m.story)
	s.redeliver(s.process(nil), m)
}

func zziPanics(t *testing.T) {
	s := zziNew(t)
	p, m := s.process(nil), zziGiven{zziMessage(), "its handler panicked, and the consumer went on"}
	err := s.answer(p.start(p.handler("replies", func() error { panic("zz") }), m.Message))
	s.mustFail(err, nil, m.story)
	s.redeliver(p, m)
}

func zziFails(t *testing.T, failure error, story string) {
	s := zziNew(t)
	p, m := s.process(nil), zziGiven{zziMessage(), story}
	err := s.answer(p.start(p.handler("replies", func() error { return failure }), m.Message))
	s.mustFail(err, errZZI, m.story)
	s.redeliver(p, m)
}

func (s *zziShop) mustFail(err, want error, story string) {
	s.t.Helper()
	switch {
	case err == nil:
		zziFail(s.t, "swallowed", "an error of the handler is answered with nil: "+story, "the error of the handler", "nil",
			"The consumer acknowledges what was answered with nil, and the broker forgets the message.")
	case want != nil && !errors.Is(err, want):
		zziFail(s.t, "other-error", "the error of the handler is not in the chain: "+story, fmt.Sprintf("an error that wraps %q", want),
			fmt.Sprintf("%q", err), "The consumer decides by the error whether a repetition can help.")
	}
}

func zziDiesInCommit(t *testing.T) {
	s := zziNew(t)
	p, m := s.process(nil), zziGiven{zziMessage(), "its process died while the transaction was being committed"}
	s.exec(`SELECT pg_advisory_lock(7)`)
	answers := p.start(p.inbox.Wrap("replies", p.held), m.Message)
	ended := false
	held := s.await("the commit", func() bool {
		if len(answers) > 0 {
			ended = true
		}
		return ended || s.waitsForLock()
	})
	if !held || ended {
		err := s.answer(answers)
		zziFail(t, "no-transaction", "the handler does not run in a transaction that is committed before the answer",
			"the answer after the commit", fmt.Sprintf("the answer %v while the commit is held", err),
			"What is answered before the commit is lost when the commit fails.")
	}
	p.cut(true)
	s.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	err := s.answer(answers)
	s.exec(`SELECT pg_advisory_unlock(7)`)
	s.mustFail(err, nil, m.story)
	s.redeliver(s.process(nil), m)
}

// zziFailsWithDuplicate: the broker delivers again what a connection has lost, while the first delivery is still being handled.
func zziFailsWithDuplicate(t *testing.T, here bool) {
	s := zziNew(t)
	first := s.process(nil)
	second := first
	if !here {
		second = s.process(nil)
	}
	m := zziGiven{zziMessage(), "two deliveries met, and the handler of the first one failed"}
	entered, fail := make(chan struct{}), make(chan struct{})
	one := first.start(first.handler("replies", func() error {
		close(entered)
		<-fail
		return errZZI
	}), m.Message)
	s.event(entered, one)
	two, reached := s.duplicate(second, m)
	s.await("the second delivery", func() bool { return len(two) > 0 || len(reached) > 0 || s.waitsForLock() })
	close(fail)
	s.mustFail(s.answer(one), errZZI, m.story)
	if err := s.answer(two); err == nil && s.effects(m.Message) == 0 {
		zziFail(t, "lost-duplicate", "a message is lost: "+m.story,
			"the second delivery waits for the first, and then has the effect, or is answered with an error",
			"it was answered with nil, and there is no effect",
			"After a connection has broken, the broker delivers again what is still being handled. If the repetition is acknowledged, the broker forgets the message, and the first one can still fail.")
	}
	s.redeliver(second, m)
}

// event waits for what the handler does, or for the answer of a delivery that never called it.
func (s *zziShop) event(happened <-chan struct{}, answers <-chan error) {
	s.t.Helper()
	select {
	case <-happened:
	case err := <-answers:
		zziFail(s.t, "not-called", "the handler of a new message is not called", "a call of the handler", fmt.Sprintf("the answer %v without one", err),
			"A message that is answered without its effect is lost.")
	case <-time.After(zziStuck):
		zziFail(s.t, "stuck", "the handler of a new message is not called", "a call of the handler", fmt.Sprintf("none for %v", zziStuck),
			"A handler that waits occupies a worker of the consumer, and the queue behind it grows.")
	}
}

// TestZZInboxRow lets Redis lose its data at several moments.
func TestZZInboxRow(t *testing.T) {
	s := zziNew(t)
	twice := func(story string, m zziGiven) {
		t.Helper()
		if n := s.effects(m.Message); n != 1 {
			zziFail(t, "twice", "a message has not had its effect once: "+story, "one effect", fmt.Sprintf("%d effects", n),
				"Redis may lose each key, by a restart, a failover or an eviction. What must not happen twice is decided by the row that is committed with the effect.")
		}
	}
	again := func(p *zziProcess, story string, m zziGiven) {
		t.Helper()
		if err := p.deliver(m.Message); err != nil {
			zziFail(t, "refused", "a repetition is refused: "+story, "nil", fmt.Sprintf("the error %q", err),
				"A repetition is done already. With an error it comes back until it is a dead letter.")
		}
		twice(story, m)
	}

	p, other := s.process(nil), s.process(nil)
	m := zziGiven{Message: zziMessage()}
	again(p, "it was delivered once", m)
	again(p, "it was delivered twice", m)
	again(other, "it was delivered to another process, too", m)
	s.flush()
	again(p, "Redis lost its data after the commit", m)
	s.flush()
	again(other, "Redis lost its data, and the message was delivered to another process", m)

	m = zziGiven{Message: zziMessage()}
	if err := s.answer(p.start(p.handler("replies", func() error { s.flush(); return nil }), m.Message)); err != nil {
		again(p, "Redis lost its data while the handler ran", m)
	}
	again(other, "Redis lost its data while the handler ran", m)

	m = zziGiven{Message: zziMessage()}
	died := s.process(nil)
	if err := s.answer(died.start(died.handler("replies", func() error { died.cut(true); return nil }), m.Message)); err != nil {
		again(other, "its process died after the commit", m)
	}
	again(other, "its process died after the commit, before Redis knew", m)

	zziTogether(t, s, twice)
}

// zziTogether delivers one message to two processes at once; Redis loses its data while they handle it.
func zziTogether(t *testing.T, s *zziShop, twice func(string, zziGiven)) {
	for range 5 {
		m := zziGiven{Message: zziMessage()}
		processes := []*zziProcess{s.process(nil), s.process(nil)}
		var answers []<-chan error
		for i := range 8 {
			p := processes[i%2]
			answers = append(answers, p.start(p.handler("replies", func() error { s.flush(); return nil }), m.Message))
		}
		again := map[int]bool{}
		for i, a := range answers {
			again[i] = s.answer(a) != nil
		}
		for i := range answers {
			if !again[i] {
				continue
			}
			if err := processes[i%2].deliver(m.Message); err != nil {
				zziFail(t, "refused", "a repetition is refused: eight deliveries met, and all have ended", "nil", fmt.Sprintf("the error %q", err),
					"A repetition is done already. With an error it comes back until it is a dead letter.")
			}
		}
		twice("eight deliveries met in two processes, and Redis lost its data meanwhile", m)
	}
}

// TestZZInboxOutage takes Redis away.
func TestZZInboxOutage(t *testing.T) {
	s := zziNew(t)
	p := s.process(nil)
	p.cut(true)
	zziWithout(t, s, p, "Redis fails")
	if sent, _ := p.commands(); sent > 1 {
		zziFail(t, "pause", "Redis is asked again right after it has failed",
			"one command that fails, and then none for RedisPause, which is an hour here", fmt.Sprintf("%d commands", sent),
			"A Redis that does not answer costs each command its timeout of two seconds. With two commands for each message the consumer handles 15 in a minute.")
	}

	p, m := s.process(nil), zziMessage()
	err := s.answer(p.start(p.handler("replies", func() error { p.cut(true); return nil }), m))
	if n := s.effects(m); err != nil || n != 1 {
		zziFail(t, "late", "a Redis that fails after the handler decides about the message", "nil, and one effect",
			fmt.Sprintf("%v, and %d effects", err, n), "The effect is what counts. The flag only saves work later.")
	}

	before, _ := p.commands()
	for range 3 {
		_ = p.deliver(zziMessage())
	}
	if sent, _ := p.commands(); sent > before {
		zziFail(t, "pause", "Redis is asked again right after it has failed, after the handler", "none for RedisPause, which is an hour here",
			fmt.Sprintf("%d commands for three messages", sent-before), "A Redis that does not answer costs each command its timeout of two seconds.")
	}

	zziBack(t, s)

	p = s.process(func(cfg *inbox.Config) { cfg.Redis = false })
	zziWithout(t, s, p, "INBOX_REDIS is false")
	if sent, _ := p.commands(); sent > 0 {
		zziFail(t, "off", "Redis is asked although INBOX_REDIS is false", "no command", fmt.Sprintf("%d commands", sent),
			"The switch is for the day on which Redis is the problem.")
	}
}

func zziWithout(t *testing.T, s *zziShop, p *zziProcess, story string) {
	t.Helper()
	for range 10 {
		m := zziMessage()
		for range 2 {
			if err := p.deliver(m); err != nil {
				zziFail(t, "refused", "a message is refused while "+story, "nil: the row decides", fmt.Sprintf("the error %q", err),
					"The shop then needs a Redis that is never away. Messages come back, and after five deliveries they are dead letters.")
			}
		}
		if n := s.effects(m); n != 1 {
			zziFail(t, "wrong", "a message that is delivered twice has not had its effect once while "+story, "one effect", fmt.Sprintf("%d effects", n),
				"Without Redis the row must decide alone.")
		}
	}
}

// zziBack lets Redis come back, and demands that repetitions are cheap again.
func zziBack(t *testing.T, s *zziShop) {
	p := s.process(func(cfg *inbox.Config) { cfg.RedisPause = 20 * time.Millisecond })
	p.cut(true)
	if err := p.deliver(zziMessage()); err != nil {
		zziFail(t, "refused", "a message is refused while Redis fails", "nil: the row decides", fmt.Sprintf("the error %q", err),
			"The shop then needs a Redis that is never away.")
	}
	p.cut(false)
	const deliveries = 200 // each takes longer than a tenth of the pause
	for range deliveries {
		_ = p.deliver(zziMessage())
		if _, passed := p.commands(); passed > 1 {
			return
		}
		time.Sleep(2 * time.Millisecond) // of the pause
	}
	zziFail(t, "back", "Redis is not used again", "commands again after RedisPause, which is 20 ms here", fmt.Sprintf("none for %d messages", deliveries),
		"After one failure each repetition costs a transaction, until the pause that the operator has set is over, and no longer.")
}

// TestZZInboxFlag looks at what the flag is for, and at what it must not do.
func TestZZInboxFlag(t *testing.T) {
	s := zziNew(t)
	p, other := s.process(nil), s.process(nil)
	zziConsumers(t, s, p)
	zziSeparated(t, s, p)

	m := zziMessage()
	if err := p.deliver(m); err != nil {
		zziFail(t, "refused", "a new message is refused", "nil", fmt.Sprintf("the error %q", err), "Nothing is wrong with it.")
	}
	for name, process := range map[string]*zziProcess{"the same process": p, "another process": other} {
		select {
		case <-zziClosed(process):
		case <-time.After(zziStuck):
			zziFail(t, "leak", "a transaction is still open after all deliveries were answered", "each ends before the answer",
				"an open one", "A connection that is not given back is missing until the process restarts.")
		}
		if err := process.deliver(m); err != nil {
			zziFail(t, "useless", "a repetition needs the database", "nil, from the flag alone, in "+name, fmt.Sprintf("the error %q", err),
				"This is what the flag is for: most repetitions come within seconds, and none needs a transaction.")
		}
		if err := process.deliver(zziMessage()); err == nil {
			zziFail(t, "invented", "a new message is answered with nil although there is no database", "an error", "nil",
				"The message is lost: the broker forgets it, and it had no effect.")
		}
	}
	zziExpires(t, s, s.process(nil))
}

func zziClosed(p *zziProcess) <-chan struct{} {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		p.pool.Close()
	}()
	return closed
}

func zziConsumers(t *testing.T, s *zziShop, p *zziProcess) {
	m := zziMessage()
	for _, consumer := range []string{"replies", "projector", "replies", "projector"} {
		if err := s.answer(p.start(p.handler(consumer, nil), m)); err != nil {
			zziFail(t, "refused", "a message is refused that two consumers of the service get", "nil", fmt.Sprintf("the error %q", err), "Each has an effect of its own.")
		}
	}
	for _, consumer := range []string{"replies", "projector"} {
		if n := s.number(`SELECT count(*) FROM effects WHERE message = $1 AND consumer = $2`, m.ID, consumer); n != 1 {
			zziFail(t, "consumer", "one message goes to two consumers of the service, and one of them does not have its effect once",
				"one effect for each of replies and projector", fmt.Sprintf("%d for %s", n, consumer),
				"An event goes to every queue that is bound to it. What one consumer has done says nothing about the others.")
		}
	}
}

// zziSeparated: two pairs of consumer and message that are the same when they are written one after the other.
func zziSeparated(t *testing.T, s *zziShop, p *zziProcess) {
	long := zziMessage()
	short := long
	long.ID = "x" + short.ID
	for consumer, m := range map[string]messaging.Message{"replies": long, "repliesx": short} {
		if err := s.answer(p.start(p.handler(consumer, nil), m)); err != nil || s.effects(m) != 1 {
			zziFail(t, "consumer", "a message is taken for that of another consumer whose name begins alike", "one effect for "+consumer+" and "+m.ID,
				fmt.Sprintf("the answer %v, and %d effects", err, s.effects(m)), "Put a separator between the parts of a key.")
		}
	}
}

func zziExpires(t *testing.T, s *zziShop, p *zziProcess) {
	for _, part := range []struct {
		name   string
		lost   bool
		result error
	}{{"of a message that is done", false, nil}, {"of a message that has failed", false, errZZI}, {"of a message during which Redis lost its data", true, nil}} {
		during := ""
		_ = s.answer(p.start(p.handler("replies", func() error {
			during, _ = s.keys()
			if part.lost {
				s.flush()
			}
			return part.result
		}), zziMessage()))
		after, longest := s.keys()
		for when, seen := range map[string]string{"while the handler runs": during, part.name: after} {
			if seen != "" {
				zziFail(t, "forever", "a flag does not expire in time "+when, fmt.Sprintf("within FlagTTL, which is %v", zziTTL), seen,
					"Each message leaves a key. Redis grows until it refuses writes or evicts what others need.")
			}
		}
		if part.result == nil && longest < zziTTL-time.Minute {
			zziFail(t, "short", "the flag "+part.name+" expires too early", fmt.Sprintf("after FlagTTL, which is %v", zziTTL),
				fmt.Sprintf("no key lives longer than %v", longest), "A flag that is gone saves nothing: the operator has set how long repetitions come.")
		}
		s.flush()
	}
}

// keys describes a key that outlives FlagTTL, if there is one, and returns the longest time to live of the others.
func (s *zziShop) keys() (forever string, longest time.Duration) {
	for _, key := range s.redis.Keys(context.Background(), "*").Val() {
		ttl := s.redis.PTTL(context.Background(), key).Val()
		switch {
		case ttl == -1:
			return fmt.Sprintf("the key %q never expires", key), 0
		case ttl > zziTTL:
			return fmt.Sprintf("the key %q expires in %v", key, ttl), 0
		}
		longest = max(longest, ttl)
	}
	return "", longest
}
