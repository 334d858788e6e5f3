package rest

type orderResultJSON struct {
	ID      string     `json:"id"`
	Code    int32      `json:"code,omitempty"`
	Reason  string     `json:"reason,omitempty"`
	Message string     `json:"message,omitempty"`
	Order   *orderJSON `json:"order,omitempty"`
}
