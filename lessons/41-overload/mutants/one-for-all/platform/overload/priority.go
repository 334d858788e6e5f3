package overload

// shares of the limit that calls of a priority may fill.
var shares = map[Priority]float64{Low: 1, Normal: 1, High: 1}
