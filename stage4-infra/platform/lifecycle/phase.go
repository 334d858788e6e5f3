package lifecycle

// Phase is a step of the stop. Phases run one after the other, in the order of this list: what takes work stops before what does the work,
// and that before what the work needs.
type Phase string

// The phases, in their order.
const (
	// NotServing tells load balancers and clients to send new work elsewhere. Work that still arrives is served.
	NotServing Phase = "not_serving"
	// EndpointWait is the time that load balancers need to notice. Nothing is stopped in it.
	EndpointWait Phase = "endpoint_wait"
	// Server takes no more requests, and finishes those that it has taken.
	Server Phase = "server"
	// Cron ends what the service does on its own: schedules, scans, and the workers behind requests.
	Cron Phase = "cron"
	// Consumers take no more messages, and finish and acknowledge those in flight.
	Consumers Phase = "consumers"
	// Relay finishes its batch, to which requests, jobs and messages could add until now.
	Relay Phase = "relay"
	// Clients closes the connections to other services.
	Clients Phase = "clients"
	// Broker, Redis and Database close connections that no work uses any more.
	Broker   Phase = "broker"
	Redis    Phase = "redis"
	Database Phase = "database"
	// Telemetry sends what the other phases have recorded.
	Telemetry Phase = "telemetry"
)

var phases = []Phase{
	NotServing, EndpointWait, Server, Cron, Consumers, Relay, Clients, Broker, Redis, Database, Telemetry,
}
