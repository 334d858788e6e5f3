package stack

import (
	"os"
	"path/filepath"
	"slices"
)

// kind is what the stack has to know of a service to start it.
type kind struct {
	name     string
	addrEnv  string
	http     bool
	database string
	// calls are the services it calls, each by <NAME>_TARGET.
	calls []string
	// signs says that it gets the key that makes service tokens.
	signs bool
	// broker says that it sends and receives messages, in a stage that has a broker.
	broker bool
}

// services is the one list of them: callers stand before what they call. All other lists are derived from it.
var services = []kind{
	{name: "gateway", addrEnv: "GATEWAY_ADDR", http: true, calls: []string{"order", "inventory", "wallet"}},
	{name: "order", addrEnv: "ORDER_ADDR", database: "order_db", calls: []string{"inventory", "wallet"}, signs: true, broker: true},
	{name: "inventory", addrEnv: "INVENTORY_ADDR", database: "inventory_db", broker: true},
	{name: "wallet", addrEnv: "WALLET_ADDR", database: "wallet_db", broker: true},
}

// Names returns the names of all services, callers before what they call.
func Names() []string {
	names := make([]string, len(services))
	for i, k := range services {
		names[i] = k.name
	}
	return names
}

// Database returns the name of a service's database; "" when it has none.
func Database(name string) string {
	k, _ := kindOf(name)
	return k.database
}

// Brokered says whether any of the services sends messages in the stage, or the copy of one, in dir. Stage 1 has no broker; the services of
// every later stage need Redis too.
func Brokered(dir string, names []string) bool {
	if info, err := os.Stat(filepath.Join(dir, "platform", "rabbitmq")); err != nil || !info.IsDir() {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool {
		k, _ := kindOf(name)
		return k.broker
	})
}

func kindOf(name string) (kind, bool) {
	i := slices.IndexFunc(services, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return services[i], true
}

// layers returns the services in the order in which they stop: a service comes after all that call it.
func layers() [][]string {
	depth := map[string]int{}
	var all [][]string
	for _, k := range services {
		level := depth[k.name]
		if level == len(all) {
			all = append(all, nil)
		}
		all[level] = append(all[level], k.name)
		for _, callee := range k.calls {
			depth[callee] = max(depth[callee], level+1)
		}
	}
	return all
}
