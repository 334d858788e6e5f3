package usecase

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

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
			s.Day.String(), section, plainCell(key), total.Currency(), strconv.FormatInt(count, 10), strconv.FormatInt(total.MinorUnits(), 10),
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

// plainCell keeps a spreadsheet from reading what a customer has chosen as a formula: an apostrophe in front makes text of it. Of what is
// text anyway nothing is changed.
func plainCell(text string) string {
	if text != "" && strings.Contains("=+-@\t\r", text[:1]) {
		return "'" + text
	}
	return text
}
