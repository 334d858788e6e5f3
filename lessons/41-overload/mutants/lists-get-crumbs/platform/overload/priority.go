package overload

// shares of the limit that calls of a priority may fill.
var shares = map[Priority]float64{Low: 0.02, Normal: 0.9, High: 1}
