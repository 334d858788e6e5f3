package overload

//stagecraft:drop
var shares = map[Priority]float64{}
