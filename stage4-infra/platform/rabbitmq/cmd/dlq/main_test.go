package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
)

const (
	patience     = 30 * time.Second
	mainVariable = "DLQ_TEST_MAIN"
	queue        = "wallet.commands"
	dead         = "dlq.wallet.commands"
)

// TestMain runs the command instead of the tests in the processes that the tests start.
func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// fixture is a queue without a consumer, and its dead letters.
type fixture struct {
	url string
	ch  *amqp.Channel
}

func newFixture(t *testing.T, messages int) *fixture {
	t.Helper()
	f := &fixture{url: rabbitmqtest.URL(t)}
	conn, err := amqp.Dial(f.url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	f.ch, err = conn.Channel()
	require.NoError(t, err)
	for _, name := range []string{queue, dead} {
		_, err := f.ch.QueueDeclare(name, true, false, false, false, amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum})
		require.NoError(t, err)
	}
	require.NoError(t, f.ch.Confirm(false))
	for n := range messages {
		c, err := f.ch.PublishWithDeferredConfirmWithContext(t.Context(), "", dead, true, false, amqp.Publishing{
			MessageId: fmt.Sprintf("m%04d", n), DeliveryMode: amqp.Persistent, Body: []byte(`{"password":"hunter2","n":1}`),
			Headers: amqp.Table{
				"event_type": fmt.Sprint("type", n%2), "aggregate_type": "order", "aggregate_id": fmt.Sprint(n % 7), "dead_reason": "permanent",
			},
		})
		require.NoError(t, err)
		if n == messages-1 {
			_, err := c.WaitContext(t.Context())
			require.NoError(t, err)
		}
	}
	require.Eventually(t, func() bool { return f.depth(t, dead) == messages }, patience, time.Millisecond)
	return f
}

func (f *fixture) depth(t *testing.T, queue string) int {
	t.Helper()
	state, err := f.ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	require.NoError(t, err)
	return state.Messages
}

// drain returns the ids in the queue.
func (f *fixture) drain(t *testing.T) (ids []string) {
	t.Helper()
	for {
		d, ok, err := f.ch.Get(queue, true)
		require.NoError(t, err)
		if !ok {
			return ids
		}
		ids = append(ids, d.MessageId)
	}
}

func (f *fixture) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), mainVariable+"=1", "RABBITMQ_URL="+f.url, "USER=ada")
	return c
}

// dlq runs the command to its end.
func (f *fixture) dlq(t *testing.T, args ...string) (code int, out []map[string]any, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := f.command(args...)
	c.Stdout, c.Stderr = &stdout, &stderr
	_ = c.Run()
	decoder := json.NewDecoder(&stdout)
	for {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			require.ErrorIs(t, err, io.EOF)
			return c.ProcessState.ExitCode(), out, stderr.String()
		}
		out = append(out, line)
	}
}

func TestCommandLine_ThatIsWrong_ExitsWith2AndShowsTheUsage(t *testing.T) {
	t.Parallel()
	f := &fixture{url: "amqp://localhost"}
	for _, args := range [][]string{
		{}, {"bury"}, {"show"}, {"replay", queue}, {"replay", queue, "--all", "--type", "x"}, {"replay", queue, "id", "--all"},
		{"replay", "--all"}, {"replay", queue, "--all", "--rate", "0"}, {"replay", queue, "--all", "--limit", "0"}, {"discard", queue, "id"},
		{"discard", queue, "--note", "why"}, {"show", queue, "--typo"},
	} {
		code, out, said := f.dlq(t, args...)

		assert.Equal(t, 2, code, args)
		assert.Empty(t, out)
		assert.Contains(t, said, "usage: dlq", args)
	}
}

func TestCommand_BrokerOrQueueOrMessageMissing_SaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	for _, args := range [][]string{{"show", "typo"}, {"replay", "typo", "--all"}, {"list", "typo"}} {
		code, _, said := f.dlq(t, args...)
		assert.Equal(t, 3, code, args)
		assert.Contains(t, said, "dlq.typo: no such queue of dead letters", args)
	}
	for _, args := range [][]string{{"show", queue, "typo"}, {"replay", queue, "typo"}, {"discard", queue, "typo", "--note", "why"}} {
		code, _, said := f.dlq(t, args...)
		assert.Equal(t, 3, code, args)
		assert.Contains(t, said, "typo: no such dead letter", args)
	}
	away := &fixture{url: "amqp://guest:hunter2@127.0.0.1:1/"}
	code, _, said := away.dlq(t, "list")
	assert.Equal(t, 1, code)
	assert.Contains(t, said, "connect to RabbitMQ")
	assert.NotContains(t, said, "hunter2")
}

func TestCommands_OfAnOperator(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 4)

	code, out, said := f.dlq(t, "list", queue)
	require.Zero(t, code, said)
	assert.EqualValues(t, 4, out[0]["dead_letters"])

	code, out, said = f.dlq(t, "show", dead)
	require.Zero(t, code, said)
	require.Len(t, out, 4)
	assert.Equal(t, "permanent", out[0]["reason"])
	assert.NotContains(t, out[0], "payload")

	code, out, said = f.dlq(t, "show", queue, "m0002")
	require.Zero(t, code, said)
	assert.Equal(t, map[string]any{"password": "***", "n": 1.0}, out[0]["payload"])
	assert.Equal(t, "order", out[0]["headers"].(map[string]any)["aggregate_type"])

	code, out, said = f.dlq(t, "discard", queue, "m0000", "--note", "customer is gone")
	require.Zero(t, code, said)
	assert.Equal(t, "platform.dead_letter.discarded", out[0]["event"])
	assert.Equal(t, "customer is gone", out[0]["note"])
	assert.Equal(t, "ada", out[0]["operator"])
	assert.NotNil(t, out[0]["message"].(map[string]any)["payload"])

	code, out, said = f.dlq(t, "replay", "--type", "type1", queue, "--rate=1000")
	require.Zero(t, code, said)
	require.Len(t, out, 2)
	assert.Equal(t, "platform.dead_letter.replayed", out[0]["event"])
	assert.Equal(t, []string{"m0001", "m0003"}, f.drain(t))

	code, _, said = f.dlq(t, "replay", queue, "m0002")
	require.Zero(t, code, said)
	assert.Equal(t, []string{"m0002"}, f.drain(t))
	assert.Zero(t, f.depth(t, dead))
}

func TestReplay_TooOften_IsRefusedUnlessForced(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	require.NoError(t, f.ch.PublishWithContext(t.Context(), "", dead, true, false, amqp.Publishing{
		MessageId: "m", Headers: amqp.Table{"dead_replays": int64(3)},
	}))
	require.Eventually(t, func() bool { return f.depth(t, dead) == 1 }, patience, time.Millisecond)

	code, out, said := f.dlq(t, "replay", queue, "m")
	assert.Equal(t, 4, code)
	assert.Equal(t, "platform.dead_letter.refused", out[0]["event"])
	assert.Contains(t, said, "--force")

	code, _, said = f.dlq(t, "replay", queue, "m", "--force")
	require.Zero(t, code, said)
	assert.Equal(t, []string{"m"}, f.drain(t))
}

func TestReplay_KilledAtRandom_LosesNothing(t *testing.T) {
	t.Parallel()
	const messages, kills = 400, 12
	f := newFixture(t, messages)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	for range kills {
		c := f.command("replay", queue, "--all", "--rate", "100000")
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines := bufio.NewScanner(out)
		for range 1 + random.IntN(20) {
			lines.Scan()
		}
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	f.finish(t)

	ids := f.drain(t)
	distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
	assert.Len(t, distinct, messages, "messages are lost")
	assert.LessOrEqual(t, len(ids), messages+kills, "at most one message is under way at a kill")
}

// finish replays what is left. The broker may still believe that the last process lives.
func (f *fixture) finish(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		code, _, _ := f.dlq(t, "replay", queue, "--all", "--rate", "100000")
		return code == 0 && f.depth(t, dead) == 0
	}, patience, time.Millisecond)
}

func TestReplay_TwiceAtTheSameTime_ReplaysEachMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	const messages = 200
	f := newFixture(t, messages)
	var two sync.WaitGroup
	codes := make([]int, 2)
	for i := range codes {
		two.Go(func() {
			c := f.command("replay", queue, "--all", "--rate", "100000")
			_ = c.Run()
			codes[i] = c.ProcessState.ExitCode()
		})
	}
	two.Wait()
	assert.Contains(t, codes, 0)
	assert.Subset(t, []int{0, 1}, codes)
	f.finish(t)

	ids := f.drain(t)
	assert.Len(t, ids, messages)
	assert.True(t, slices.IsSorted(ids), "they return in the order in which they died")
}

// The command lists queues by name, because AMQP cannot.
func TestQueues_OfAllConsumers_AreListed(t *testing.T) {
	t.Parallel()
	var names []string
	for _, service := range []string{"inventory", "order", "wallet"} {
		source, err := os.ReadFile("../../../../" + service + "/internal/consumer/di.go")
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`(?:Queue: |queue = )"([a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
			names = append(names, found[1])
		}
	}
	assert.ElementsMatch(t, names, config.Defaults[settings]().queues())
	assert.Equal(t, queue, rabbitmq.QueueOf(dead))
}
