package usecase

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// salesHeader names the columns. What is counted are orders, and pieces in the lines of top_sku; amounts are in minor units.
var salesHeader = []string{"day", "section", "key", "currency", "count", "minor_units"}

// salesCSV returns the report as a spreadsheet reads it, one kind of line after the other. The same sales give the same bytes.
func salesCSV(s domain.Sales) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	line := func(section, key string, count int64, total domain.Money) {
		// The writer keeps its first error for Flush.
		_ = w.Write([]string{
			s.Day.String(), section, key, total.Currency(), strconv.FormatInt(count, 10), strconv.FormatInt(total.MinorUnits(), 10),
		})
	}
	_ = w.Write(salesHeader)
	for _, revenue := range s.Revenue {
		line("paid", "", revenue.Orders, revenue.Total)
	}
	for _, sold := range s.TopSKUs {
		line("top_sku", sold.SKU, sold.Pieces, sold.Total)
	}
	for _, cancelled := range s.Cancelled {
		line("cancelled", string(cancelled.Code), cancelled.Orders, cancelled.Total)
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
