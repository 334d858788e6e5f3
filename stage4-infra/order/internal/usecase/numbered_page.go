package usecase

import (
	"shop/platform/errs"
	"shop/platform/pagination"
)

// maxDepth is how far into the list a page may reach, because the database reads and discards everything before it. To get further, filter.
const maxDepth = 10_000

// numberedPage returns the number of a page, from 1, and its size.
func numberedPage(asked, askedSize int32) (number, size int, err error) {
	number, size = max(int(asked), 1), pagination.Size(askedSize)
	switch {
	case asked < 0:
		return 0, 0, errs.New(errs.InvalidInput, "INVALID_PAGE", "the first page is 1")
	case number*size > maxDepth:
		return 0, 0, errs.New(errs.InvalidInput, "PAGE_TOO_DEEP", "page times page_size may be at most %d", maxDepth)
	}
	return number, size, nil
}
