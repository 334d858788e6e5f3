// Command paymentsim runs the payment provider for development, until Ctrl-C. Its books are gone then.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"shop/paymentsim"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "where it listens")
	key := flag.String("key", os.Getenv("PAYMENT_API_KEY"), "the API key that callers must show")
	seed := flag.Uint64("seed", 0, "seed of the faults that have a probability; 0 takes a new one")
	flag.Parse()
	logger := log.New(os.Stdout, "paymentsim: ", log.LstdFlags)
	provider, err := paymentsim.Listen(*addr, paymentsim.Config{APIKey: *key, Seed: *seed, Log: func(line string) { logger.Print(line) }})
	if err != nil {
		fmt.Fprintln(os.Stderr, "paymentsim:", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	provider.Close()
}
