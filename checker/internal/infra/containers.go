package infra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"stagecraft/checker/internal/proc"
)

// containers runs the servers in containers that testcontainers makes. Their names are those of the repository, so that what
// a killed supervisor left is found again; testcontainers' own reaper, one more image to pull, is not used.
type containers struct {
	place  place
	docker *testcontainers.DockerClient
	boxes  map[string]*box
}

// box is what stays the same over the lives of one server.
type box struct {
	name, password string
	port, api      int
	generation     int
}

const rootLabel = "dev.stagecraft.root"

func rootHash(p place) string {
	sum := sha256.Sum256([]byte(p.root))
	return hex.EncodeToString(sum[:6])
}

func newContainers(p place) (launcher, error) {
	// Read by testcontainers once, before its first use.
	if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return nil, err
	}
	docker, err := engine(context.Background())
	if err != nil {
		return nil, err
	}
	c := &containers{place: p, docker: docker, boxes: map[string]*box{}}
	for _, name := range serverNames {
		b := &box{name: "stagecraft-" + rootHash(p) + "-" + strings.ToLower(name), password: randomWord()}
		for _, port := range []*int{&b.port, &b.api} {
			if *port, err = proc.FreePort(); err != nil {
				return nil, err
			}
		}
		c.boxes[name] = b
	}
	return c, nil
}

func (c *containers) dirs() []string { return nil }

func (c *containers) launch(ctx context.Context, name string, note func(string)) (*instance, error) {
	if err := dockerUsable(ctx, needOf(name), note); err != nil {
		return nil, err
	}
	b := c.boxes[name]
	note("starting " + images[name] + " in a container")
	removeContainers(ctx, c.docker, "name", "^/"+b.name+"$")
	ctr, err := testcontainers.Run(ctx, images[name], append(b.options(name),
		testcontainers.WithReuseByName(b.name), testcontainers.WithLabels(map[string]string{rootLabel: rootHash(c.place)}))...)
	if err != nil {
		if strings.Contains(err.Error(), "no space left on device") {
			return nil, &Fault{What: "the disk of the container engine is full", Next: "run `docker system df`, free some space and run again"}
		}
		return nil, &Fault{What: name + " does not start in a container", Cause: shortened(err), Next: "run `docker logs " + b.name + "`"}
	}
	b.generation++
	return &instance{endpoint: b.endpoint(ctx, name, ctr), died: c.death(ctr.GetContainerID()), lastWords: func() string { return logsOf(ctr) }}, nil
}

func needOf(name string) Need {
	return Need{Postgres: true, Redis: name == redisName, RabbitMQ: name == rabbitName}
}

// options publish the ports on this machine only.
func (b *box) options(name string) []testcontainers.ContainerCustomizer {
	publish := func(pairs ...int) testcontainers.ContainerCustomizer {
		var ports []string
		for i := 0; i < len(pairs); i += 2 {
			ports = append(ports, fmt.Sprintf("127.0.0.1:%d:%d/tcp", pairs[i], pairs[i+1]))
		}
		return testcontainers.WithExposedPorts(ports...)
	}
	until := func(strategies ...wait.Strategy) testcontainers.ContainerCustomizer {
		return testcontainers.WithWaitStrategyAndDeadline(2*time.Minute, strategies...)
	}
	switch name {
	case postgresName:
		return []testcontainers.ContainerCustomizer{publish(b.port, 5432),
			testcontainers.WithEnv(map[string]string{"POSTGRES_USER": superuser, "POSTGRES_DB": "postgres", "POSTGRES_PASSWORD": b.password}),
			testcontainers.WithCmd("postgres", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=400", "-c", "timezone=UTC"),
			// The first "ready" is of the server that the image starts to prepare the data.
			until(wait.ForLog("database system is ready to accept connections").WithOccurrence(2), wait.ForListeningPort("5432/tcp"))}
	case redisName:
		return []testcontainers.ContainerCustomizer{publish(b.port, 6379),
			testcontainers.WithCmd("redis-server", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--requirepass", b.password, "--enable-debug-command", "yes"),
			until(wait.ForLog("Ready to accept connections"), wait.ForListeningPort("6379/tcp"))}
	default:
		return []testcontainers.ContainerCustomizer{publish(b.port, 5672, b.api, 15672),
			testcontainers.WithEnv(map[string]string{"RABBITMQ_DEFAULT_USER": superuser, "RABBITMQ_DEFAULT_PASS": b.password}),
			until(wait.ForLog("Server startup complete"), wait.ForListeningPort("5672/tcp"), wait.ForListeningPort("15672/tcp"))}
	}
}

func (b *box) endpoint(ctx context.Context, name string, ctr testcontainers.Container) endpoint {
	e := endpoint{Path: images[name], Version: imageVersion(ctx, name, ctr), Generation: b.generation}
	switch name {
	case postgresName:
		e.URL = fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/postgres?sslmode=disable", superuser, b.password, b.port)
	case redisName:
		e.URL = fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", b.password, b.port)
	default:
		e.URL = fmt.Sprintf("amqp://%s:%s@127.0.0.1:%d/", superuser, b.password, b.port)
		e.API = fmt.Sprintf("http://%s:%s@127.0.0.1:%d", superuser, b.password, b.api)
	}
	return e
}

// imageVersion reads what the official images say in their environment; otherwise the tag.
func imageVersion(ctx context.Context, name string, ctr testcontainers.Container) string {
	if info, err := ctr.Inspect(ctx); err == nil && info.Config != nil {
		for _, variable := range info.Config.Env {
			for _, key := range []string{"PG_VERSION=", "REDIS_VERSION=", "RABBITMQ_VERSION="} {
				if value, ok := strings.CutPrefix(variable, key); ok {
					return firstVersion(value)
				}
			}
		}
	}
	return firstVersion(images[name])
}

// death is closed when the container stops running.
func (c *containers) death(id string) <-chan struct{} {
	died := make(chan struct{})
	go func() {
		defer close(died)
		result := c.docker.ContainerWait(context.Background(), id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
		select {
		case <-result.Result: // whatever came, it does not run any more
		case err := <-result.Error:
			_ = err
		}
	}()
	return died
}

func logsOf(ctr testcontainers.Container) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	logs, err := ctr.Logs(ctx)
	if err != nil {
		return ""
	}
	defer logs.Close()
	text, _ := io.ReadAll(io.LimitReader(logs, 1<<20))
	return string(text[max(0, len(text)-tailBytes):])
}

func (c *containers) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	removeContainers(ctx, c.docker, "label", rootLabel+"="+rootHash(c.place))
	_ = c.docker.Close()
}

func removeContainers(ctx context.Context, docker *testcontainers.DockerClient, term, value string) {
	list, err := docker.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.Add(term, value)})
	if err != nil {
		return
	}
	for _, one := range list.Items {
		_, _ = docker.ContainerRemove(ctx, one.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	}
}

// sweepContainers removes what a killed supervisor left running.
func sweepContainers(p place, old state) {
	if old.Provider != "docker" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if docker, err := engine(ctx); err == nil {
		defer docker.Close()
		removeContainers(ctx, docker, "label", rootLabel+"="+rootHash(p))
	}
}
