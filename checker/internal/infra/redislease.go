package infra

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"stagecraft/checker/internal/proc"
)

// redisSource gives each lease a Redis of its own.
type redisSource interface {
	lease(ctx context.Context) (address string, release func(), err error)
	healthy(ctx context.Context) error
}

// redisProcesses starts a server per lease, which takes 20 ms, as a child of this checker.
type redisProcesses struct {
	place   place
	program endpoint
	lives   *lives
}

func (r redisProcesses) lease(ctx context.Context) (string, func(), error) {
	for range 3 {
		address, release, err := r.start(ctx)
		if !errors.Is(err, errPortTaken) {
			return address, release, err
		}
	}
	return "", nil, &Fault{What: "Redis found its port taken by another program three times", Next: "run again"}
}

func (r redisProcesses) start(ctx context.Context) (string, func(), error) {
	port, err := proc.FreePort()
	if err != nil {
		return "", nil, &Fault{What: "no free port for Redis", Cause: err}
	}
	dir, remove, err := proc.TempDir(r.place.dir(), "redis-*")
	if err != nil {
		proc.ReleasePort(port)
		return "", nil, diskFault("cannot make a directory for Redis", err)
	}
	password := randomWord()
	log := newWatchedLog(discard{}, "Ready to accept connections")
	p, err := proc.Start(context.WithoutCancel(ctx), proc.Spec{Name: redisName, Path: r.program.Path, Dir: dir, Stdout: log, Stderr: log,
		Env: mergedEnv(r.program.Env...),
		Args: []string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
			"--requirepass", password, "--enable-debug-command", "yes", "--dir", dir}})
	release := func() {
		if p != nil {
			_ = p.Kill()
			<-p.Done()
		}
		remove()
		proc.ReleasePort(port)
	}
	if err != nil {
		release()
		return "", nil, &Fault{What: "Redis cannot be started", Cause: err, Next: "see `go run ./checker doctor`"}
	}
	if err := awaitReady(ctx, redisName, p, log, 10*time.Second); err != nil {
		release()
		return "", nil, err
	}
	forget := r.lives.add(p.Done(), log.Tail)
	return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", password, port), func() { forget(); release() }, nil
}

func (r redisProcesses) healthy(context.Context) error {
	if words, dead := r.lives.dead(); dead {
		return &Fault{What: "Redis died while in use: " + lastLines(words, 2), Next: "run again"}
	}
	return nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// redisShared claims one of the numbered databases of a server that others may use too.
type redisShared struct {
	client  *redis.Client
	url     string
	holder  string // the run
	version string
}

const (
	claimPrefix = "stagecraft:claim:"
	claimTime   = time.Minute
)

func openSharedRedis(ctx context.Context, address, holder string) (*redisShared, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, errors.New("the URL of Redis cannot be read")
	}
	options.DB = 0
	client := redis.NewClient(options)
	info, err := client.Info(ctx, "server").Result()
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	_, after, _ := strings.Cut(info, "redis_version:")
	version := firstVersion(after)
	if !atLeast(version, minimumVersion[redisName]) {
		_ = client.Close()
		return nil, &Fault{What: "Redis " + version + " is older than " + minimumVersion[redisName], Next: "give a newer one in STAGECRAFT_REDIS_URL"}
	}
	return &redisShared{client: client, url: address, holder: holder, version: version}, nil
}

// lease claims a database for as long as the claim is renewed; a killed checker's claim runs out by itself.
func (r *redisShared) lease(ctx context.Context) (string, func(), error) {
	for number := 1; number < 16; number++ {
		key := claimPrefix + strconv.Itoa(number)
		claimed, err := r.client.SetNX(ctx, key, r.holder, claimTime).Result()
		if err != nil {
			return "", nil, err
		}
		if !claimed {
			continue
		}
		options := *r.client.Options()
		options.DB = number
		own := redis.NewClient(&options)
		if err := own.FlushDB(ctx).Err(); err != nil {
			_ = own.Close()
			r.client.Del(context.WithoutCancel(ctx), key)
			return "", nil, err
		}
		renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
		go r.renew(renewing, key)
		release := func() {
			stop()
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			_ = own.FlushDB(ctx).Err()
			_ = own.Close()
			_ = r.client.Del(ctx, key).Err()
		}
		return withRedisDatabase(r.url, number), release, nil
	}
	return "", nil, &Fault{What: "all databases of the shared Redis are claimed", Next: "wait for the other checkers, or claims of killed ones run out within a minute"}
}

func (r *redisShared) renew(ctx context.Context, key string) {
	ticker := time.NewTicker(claimTime / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = r.client.Expire(ctx, key, claimTime).Err()
		}
	}
}

func (r *redisShared) healthy(ctx context.Context) error { return r.client.Ping(ctx).Err() }

func withRedisDatabase(address string, number int) string {
	base, query, _ := strings.Cut(address, "?")
	scheme, rest, _ := strings.Cut(base, "://")
	host, _, _ := strings.Cut(rest, "/")
	result := scheme + "://" + host + "/" + strconv.Itoa(number)
	if query != "" {
		result += "?" + query
	}
	return result
}
