package usecase

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"shop/order/internal/query"
)

// salesHeader names the columns. The count is of orders, in the lines of top_sku of pieces; amounts are in minor units.
var salesHeader = []string{"day", "section", "key", "currency", "count", "minor_units"}

// salesCSV returns the report as a spreadsheet reads it, one kind of line after the other. The same sales give the same bytes.
func salesCSV(s query.Sales) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	line := func(section, key, currency string, count, minorUnits int64) {
		// The writer keeps its first error for Flush.
		_ = w.Write([]string{
			s.Day.String(), section, textCell(key), currency, strconv.FormatInt(count, 10), strconv.FormatInt(minorUnits, 10),
		})
	}
	_ = w.Write(salesHeader)
	for _, revenue := range s.Revenue {
		line("paid", "", revenue.Currency, revenue.Orders, revenue.MinorUnits)
	}
	for _, sold := range s.TopSKUs {
		line("top_sku", sold.SKU, sold.Currency, sold.Pieces, sold.MinorUnits)
	}
	for _, cancelled := range s.Cancelled {
		line("cancelled", cancelled.Code, cancelled.Currency, cancelled.Orders, cancelled.MinorUnits)
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

const (
	formulaStarts = "=+-@\t\r\n"
	// separators are those that spreadsheets use, depending on the language of the system. What follows one may become a cell of its own.
	separators = ",;\t|"
)

// textCell keeps a spreadsheet from reading a text as a formula, whatever it takes for the separator. An apostrophe in front of the text
// makes it text; one after each separator protects a cell that the spreadsheet cuts out of it. Other texts stay as they are.
func textCell(text string) string {
	var out strings.Builder
	startsCell := true
	for _, r := range text {
		if startsCell && strings.ContainsRune(formulaStarts, r) {
			out.WriteByte('\'')
		}
		out.WriteRune(r)
		startsCell = strings.ContainsRune(separators, r) || startsCell && (r == ' ' || r == '"')
	}
	return out.String()
}
