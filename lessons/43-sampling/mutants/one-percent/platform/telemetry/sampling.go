package telemetry

// ratios are the parts of the traces that environments record.
var ratios = map[string]float64{"dev": 1, "test": 1, "stage": 0.5, "prod": 0.01}

// otherRatio is that of environments with another name.
const otherRatio = 0.01
