package overload

// Priority says which calls are refused first.
type Priority int

const (
	// Normal is for purchases and for reading a single thing. It is the zero value: what is not listed is Normal.
	Normal Priority = iota
	// Low is for lists and batches: their callers can wait.
	Low
	// High is for what frees resources or finishes what has begun, such as cancellations and payments.
	High
	// Always is for health checks, which neither count nor are refused: a busy service is healthy.
	Always
)

// shares of the limit that calls of a priority may fill. The rest is kept free for those that are more important.
var shares = map[Priority]float64{Low: 0.7, Normal: 0.9, High: 1}

// String returns the value of the label in metrics.
func (p Priority) String() string {
	return [...]string{"normal", "low", "high", "always"}[p]
}
