package pagination

import ()

func Size(requested int32) int {
	if requested <= 0 {
		return defaultSize
	}
	return int(requested)
}
