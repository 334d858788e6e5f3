package deadletters

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"stagecraft/checker/internal/check"
)

// patience is how long something may take that takes milliseconds on an idle machine.
const patience = 6 * time.Second

// short is the limit of a confirm where none comes. What waits longer than late does not use it: the default is 5s.
const (
	short = "300ms"
	late  = 4500 * time.Millisecond
)

// with opens a connection of the check's own for do, and closes it.
func with(t *check.T, doing string, do func(*amqp.Channel) error) {
	conn, err := amqp.DialConfig(t.Lease().AMQPURL, amqp.Config{Dial: amqp.DefaultDial(5 * time.Second)})
	t.Ours("connect to the broker", err)
	defer conn.Close()
	ch, err := conn.Channel()
	t.Ours("open a channel", err)
	t.Ours(doing, do(ch))
}

// publish puts messages into a queue, and waits for the confirms.
func publish(t *check.T, queue string, messages ...amqp.Publishing) {
	with(t, "publish to "+queue, func(ch *amqp.Channel) error {
		if err := ch.Confirm(false); err != nil {
			return err
		}
		for _, m := range messages {
			confirmation, err := ch.PublishWithDeferredConfirmWithContext(t.Context(), "", queue, true, false, m)
			if err != nil {
				return err
			}
			if ok, err := confirmation.WaitContext(t.Context()); err != nil || !ok {
				return errors.Join(err, fmt.Errorf("%s was not confirmed", m.MessageId))
			}
		}
		return nil
	})
}

// take takes all messages out of a queue.
func take(t *check.T, queue string) (taken []amqp.Delivery) {
	with(t, "take the messages of "+queue, func(ch *amqp.Channel) error {
		for {
			d, ok, err := ch.Get(queue, true)
			if err != nil || !ok {
				return err
			}
			taken = append(taken, d)
		}
	})
	return taken
}

// becomes fails with f when something does not come true.
func becomes(t *check.T, f check.Failure, probe func() (seen string, ok bool)) {
	done := t.WaitingOn(f.Expected)
	if !t.Within(patience, func() (ok bool) {
		f.Seen, ok = probe()
		return ok
	}) {
		t.Fail(f)
	}
	done()
}

// depth waits until n messages wait in a queue.
func depth(t *check.T, queue string, n int, f check.Failure) {
	f.Expected = fmt.Sprintf("%d messages in %s", n, queue)
	becomes(t, f, func() (string, bool) {
		now, err := t.Broker().Depth(queue)
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%d messages", now), now == n
	})
}

// state is what the broker says about a queue: Messages has those, too, that it holds until their dead letter is safe. It is up to date
// every five seconds.
type state struct {
	Name     string `json:"name"`
	Messages int    `json:"messages"`
	Ready    int    `json:"messages_ready"`
}

func stateOf(t *check.T, queue string) (s state, err error) {
	address, err := url.Parse(t.Lease().ManagementURL)
	t.Ours("address of the broker's management", err)
	vhost, err := url.Parse(t.Lease().AMQPURL)
	t.Ours("address of the broker", err)
	address = address.JoinPath("api", "queues", url.PathEscape(strings.TrimPrefix(vhost.Path, "/")))
	// The totals come from the queue itself. Statistics are up to five seconds older.
	address.RawQuery = url.Values{"disable_stats": {"true"}, "enable_queue_totals": {"true"}}.Encode()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address.String(), nil)
	if err != nil {
		return s, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return s, fmt.Errorf("the broker's management answers %s", response.Status)
	}
	var queues []state
	err = json.NewDecoder(response.Body).Decode(&queues)
	for _, q := range queues {
		if q.Name == queue {
			s = q
		}
	}
	return s, err
}
