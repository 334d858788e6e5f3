package stack

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
}

var kinds = map[string]kind{
	"order":     {name: "order", addrEnv: "ORDER_ADDR", database: "order_db", calls: []string{"inventory", "wallet"}, signs: true},
	"inventory": {name: "inventory", addrEnv: "INVENTORY_ADDR", database: "inventory_db"},
	"wallet":    {name: "wallet", addrEnv: "WALLET_ADDR", database: "wallet_db"},
	"gateway":   {name: "gateway", addrEnv: "GATEWAY_ADDR", http: true, calls: []string{"order", "inventory", "wallet"}},
}
