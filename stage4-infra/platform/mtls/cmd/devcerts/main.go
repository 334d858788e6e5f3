// Command devcerts is the CA of a developer's machine.
//
//	devcerts make DIR       makes the CA and the certificates of all services, or what is missing or half expired of them
//	devcerts rotate DIR     makes all certificates anew; running services take them over
//	devcerts add-ca DIR     makes a new CA; the ones before stay trusted
//	devcerts drop-cas DIR   ends the trust in all CAs but the newest
//
// To change the CA without a failed call: add-ca, and rotate and drop-cas each after the services have read the files again
// (TLS_RELOAD_INTERVAL).
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"shop/platform/mtls"
	"shop/platform/mtls/authority"
)

var services = []string{
	mtls.Operator, "gateway", "order", "inventory", "wallet",
	// make new-service adds its lines above
}

func main() {
	lifetime := flag.Duration("lifetime", 72*time.Hour, "of certificates")
	flag.Parse()
	if err := run(flag.Args(), *lifetime); err != nil {
		fmt.Fprintln(os.Stderr, "devcerts:", err)
		os.Exit(1)
	}
}

func run(args []string, lifetime time.Duration) error {
	if len(args) != 2 {
		return errors.New("usage: devcerts [-lifetime 72h] make|rotate|add-ca|drop-cas DIR")
	}
	dir := authority.Directory(args[1])
	switch args[0] {
	case "make":
		if err := dir.Init(); err != nil {
			return err
		}
		return dir.Renew(false, lifetime, services...)
	case "rotate":
		return dir.Renew(true, lifetime, services...)
	case "add-ca":
		return dir.AddCA()
	case "drop-cas":
		return dir.DropOldCAs()
	default:
		return fmt.Errorf("unknown command %q", args[0])
	}
}
