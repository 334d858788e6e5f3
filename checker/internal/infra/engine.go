package infra

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
)

// images are what the docker provider runs.
var images = map[string]string{postgresName: "postgres:17", redisName: "redis:8", rabbitName: "rabbitmq:4-management"}

// errNoEngine says that no container engine answers, which is nothing to talk about.
var errNoEngine = errors.New("no container engine answers")

// engine finds the container engine that testcontainers would use and has it answer within a second.
func engine(ctx context.Context) (docker *testcontainers.DockerClient, err error) {
	tclog.SetDefault(tclog.NewNoopLogger()) // It would write on the learner's terminal.
	defer func() {
		if recover() != nil { // So testcontainers reports that there is no engine.
			docker, err = nil, errNoEngine
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	docker, err = testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, errNoEngine
	}
	if _, err := docker.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return nil, errNoEngine
	}
	return docker, nil
}

// absentImages lists those that would have to be pulled.
func absentImages(ctx context.Context, docker *testcontainers.DockerClient, need Need) []string {
	var absent []string
	for _, name := range need.servers() {
		if _, err := docker.ImageInspect(ctx, images[name]); err != nil {
			absent = append(absent, images[name])
		}
	}
	return absent
}

// dockerUsable pulls what is missing. errNoEngine means that there is nothing to say; another error is worth a line.
func dockerUsable(ctx context.Context, need Need, say func(string)) error {
	docker, err := engine(ctx)
	if err != nil {
		return err
	}
	defer docker.Close()
	for _, image := range absentImages(ctx, docker, need) {
		say("pulling " + image + " (once; this may take minutes)")
		if err := pull(ctx, docker, image); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &Fault{What: "the container engine answers but cannot pull " + image, Cause: shortened(err),
				Next: "run `docker pull " + image + "` to see why"}
		}
	}
	return nil
}

func pull(ctx context.Context, docker *testcontainers.DockerClient, image string) error {
	// Not the whole run's time: an engine without network may hang.
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	answer, err := docker.ImagePull(ctx, image, client.ImagePullOptions{})
	if err != nil {
		return err
	}
	defer answer.Close()
	if err := answer.Wait(ctx); err != nil {
		return err
	}
	_, err = docker.ImageInspect(ctx, image)
	return err
}

func shortened(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return errors.New(text)
}

// doctorEngine is a line about the engine, empty when there is none.
func doctorEngine(ctx context.Context) string {
	docker, err := engine(ctx)
	if err != nil {
		return ""
	}
	defer docker.Close()
	absent := absentImages(ctx, docker, all)
	if len(absent) > 0 {
		return fmt.Sprintf("a container engine answers; %s would be pulled", strings.Join(absent, ", "))
	}
	return "a container engine answers and has the images"
}

// EngineAnswers says whether there is a container engine.
func EngineAnswers(ctx context.Context) bool {
	docker, err := engine(ctx)
	if err != nil {
		return false
	}
	_ = docker.Close()
	return true
}
