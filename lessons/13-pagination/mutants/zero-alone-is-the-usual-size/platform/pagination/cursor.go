package pagination

func Size(requested int32) int {
	if requested == 0 {
		return defaultSize
	}
	return min(int(requested), maxSize)
}
