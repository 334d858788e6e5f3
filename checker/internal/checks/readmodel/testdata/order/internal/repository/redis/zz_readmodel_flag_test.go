package redis_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	repository "shop/order/internal/repository/redis"
	"shop/order/internal/usecase"
	"shop/platform/config"
	"shop/platform/redis"
)

const zzrStuck = 20 * time.Second

func TestZZReadModelFlag(t *testing.T) {
	address := zzrAddress(t)
	client := zzrClient(t, address)
	if err := client.Ping(context.Background()).Err(); err != nil {
		t.Skipf("connect to Redis: %v", err)
	}
	zzrAtOnce(t, client)
	zzrMarked(t, client)
	zzrLeft(t, client)
	zzrDown(t)
	zzrSilent(t)
}

// zzrClient has timeouts of its own that are longer than this test.
func zzrClient(t *testing.T, address string) *goredis.Client {
	t.Helper()
	client, err := redis.NewClient(redis.Config{URL: config.Secret(address), Timeout: 5 * time.Minute})
	if err != nil {
		t.Skipf("make a client of Redis: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// zzrAtOnce looks at each of many flags right after Mark.
func zzrAtOnce(t *testing.T, client *goredis.Client) {
	t.Helper()
	written := repository.NewWritten(usecase.WrittenConfig{TTL: time.Hour, Timeout: zzrStuck}, client)
	for range 100 {
		buyer := zzrID()
		zzrCall(t, "Mark", func() { written.Mark(context.Background(), buyer) })
		if n := client.Exists(context.Background(), "cqrs:written:"+buyer).Val(); n != 1 {
			zzrFail(t, "recently", "Mark of a hundred buyers, one after the other", "Redis has the flag when Mark returns", "there is no key cqrs:written:"+buyer, "the buyer looks at the list as soon as the purchase is answered")
		}
	}
}

func zzrMarked(t *testing.T, client *goredis.Client) {
	t.Helper()
	const ttl = time.Hour
	ctx := context.Background()
	written, buyer := repository.NewWritten(usecase.WrittenConfig{TTL: ttl, Timeout: zzrStuck}, client), zzrID()
	key := "cqrs:written:" + buyer
	recently := func(failure, what, id string, expected bool, why string) {
		t.Helper()
		var seen bool
		zzrCall(t, what, func() { seen = written.Recently(ctx, id) })
		if seen != expected {
			zzrFail(t, failure, what, fmt.Sprintf("Recently is %t", expected), fmt.Sprint(seen), why)
		}
	}
	lives := func(failure, what, why string) {
		t.Helper()
		left := client.PTTL(ctx, key).Val()
		if left <= ttl-5*time.Minute || left > ttl {
			zzrFail(t, failure, what, "the key "+key+" lives for the TTL, one hour", zzrLeftOf(left), why)
		}
	}
	const always = "a flag that is always there makes every list slow; one that is never there makes the lists of buyers stale"
	recently("recently", "Recently of a buyer who has not written", buyer, false, always)
	zzrCall(t, "Mark", func() { written.Mark(ctx, buyer) })
	recently("recently", "Recently after Mark", buyer, true, always)
	recently("recently", "Recently for a second time after one Mark", buyer, true, "a buyer looks at more than one page")
	recently("recently", "Recently of one buyer after Mark of another", zzrID(), false, always)
	lives("ttl", "a flag after Mark; the TTL is one hour", "a flag that stays makes the lists of this buyer slow for ever; one that ends early shows the list from before the write")
	if err := client.PExpire(ctx, key, 10*time.Minute).Err(); err != nil {
		t.Skipf("change the flag: %v", err)
	}
	recently("recently", "Recently when the flag lives for 10 more minutes", buyer, true, always)
	if left := client.PTTL(ctx, key).Val(); left > 10*time.Minute {
		zzrFail(t, "ttl", "Recently of a flag that lives for 10 more minutes", "the flag lives no longer than before", zzrLeftOf(left), "a buyer who reads all day would never get the fast list")
	}
	zzrCall(t, "Mark", func() { written.Mark(ctx, buyer) })
	lives("ttl", "a second Mark of a buyer whose flag lives for 10 more minutes; the TTL is one hour", "the second write needs as much time as the first")
	if err := client.Del(ctx, key).Err(); err != nil {
		t.Skipf("delete the flag: %v", err)
	}
	recently("recently", "Recently after the flag has ended", buyer, false, always)
}

func zzrLeftOf(left time.Duration) string {
	switch left {
	case -1:
		return "it never ends"
	case -2:
		return "there is no such key"
	default:
		return left.Round(time.Second).String()
	}
}

// zzrLeft marks for a client that has left.
func zzrLeft(t *testing.T, client *goredis.Client) {
	t.Helper()
	written, buyer := repository.NewWritten(usecase.WrittenConfig{TTL: time.Hour, Timeout: zzrStuck}, client), zzrID()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	const what = "Mark with a context that has ended"
	zzrCall(t, what, func() { written.Mark(ended, buyer) })
	if n := client.Exists(context.Background(), "cqrs:written:"+buyer).Val(); n != 1 {
		zzrFail(t, "left", what, "the flag is set", "there is no flag", "the client has left, its order is stored; it looks at its list in another request")
	}
}

func zzrDown(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("listen: %v", err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	written := repository.NewWritten(usecase.WrittenConfig{TTL: time.Hour, Timeout: zzrStuck}, zzrClient(t, "redis://"+address+"/0"))
	zzrUnknown(t, written, "Redis is down")
}

// zzrSilent has a Redis that takes connections and never answers.
func zzrSilent(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("listen: %v", err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	written := repository.NewWritten(usecase.WrittenConfig{TTL: time.Hour, Timeout: 50 * time.Millisecond}, zzrClient(t, "redis://"+listener.Addr().String()+"/0"))
	zzrUnknown(t, written, "Redis does not answer; the Timeout is 50ms, the client's own is 5m")
}

func zzrUnknown(t *testing.T, written *repository.Written, what string) {
	t.Helper()
	zzrCall(t, what+": Mark", func() { written.Mark(context.Background(), zzrID()) })
	var seen bool
	zzrCall(t, what+": Recently", func() { seen = written.Recently(context.Background(), zzrID()) })
	if !seen {
		zzrFail(t, "unknown", what, "Recently is true", "false", "it is not known whether the buyer has written; the orders themselves are never wrong")
	}
}

// zzrCall runs a call that must return.
func zzrCall(t *testing.T, what string, call func()) {
	t.Helper()
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		call()
	}()
	select {
	case p := <-done:
		if p != nil {
			zzrFail(t, "panic", what, "it returns", fmt.Sprintf("a panic: %v", p), "a flag that cannot be set or read stops nothing")
		}
	case <-time.After(zzrStuck):
		zzrFail(t, "slow", what, "it returns when the Timeout is over", fmt.Sprintf("nothing within %s", zzrStuck), "each purchase and each list would wait for Redis")
	}
}

func zzrFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzrID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzrAddress is the Redis that the check has leased.
func zzrAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-readmodel-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	return string(text)
}
