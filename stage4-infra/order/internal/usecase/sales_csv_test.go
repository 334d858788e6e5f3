package usecase_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/query"
	"shop/order/internal/usecase"
)

// sold is a day on which these were sold.
type sold struct {
	query.QueryService
	skus []string
}

func (s sold) Sales(_ context.Context, day query.Day, _ int) (query.Sales, error) {
	sales := query.Sales{Day: day}
	for _, sku := range s.skus {
		sales.TopSKUs = append(sales.TopSKUs, query.SoldSKU{SKU: sku, Currency: "EUR", Pieces: 1, MinorUnits: 500})
	}
	return sales, nil
}

// shelf keeps the last report.
type shelf struct{ content string }

func (s *shelf) Put(_ context.Context, _, _ string, content []byte) error {
	s.content = string(content)
	return nil
}

func reportOf(t *testing.T, sales query.QueryService) string {
	t.Helper()
	day, err := query.ParseDay(friday)
	require.NoError(t, err)
	reports := &shelf{}
	_, err = usecase.NewSalesReport(usecase.SalesReportConfig{TopSKUs: 10}, sales, reports).Execute(t.Context(), day)
	require.NoError(t, err)
	return reports.content
}

func TestNoCellOfTheReportIsAFormula(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `day,section,key,currency,count,minor_units
2026-11-20,top_sku,'=HYPERLINK(A1),EUR,1,500
2026-11-20,top_sku,'+1,EUR,1,500
2026-11-20,top_sku,'-1,EUR,1,500
2026-11-20,top_sku,'@SUM(A1),EUR,1,500
2026-11-20,top_sku,"a,""b=1",EUR,1,500
2026-11-20,top_sku,a;'=1;'-1,EUR,1,500
2026-11-20,top_sku,"a, '+1|'@b",EUR,1,500
2026-11-20,top_sku,"x,""'=1",EUR,1,500
2026-11-20,top_sku,tea-green,EUR,1,500
`, reportOf(t, sold{skus: []string{
		"=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", `a,"b=1`, "a;=1;-1", "a, +1|@b", `x,"=1`, "tea-green",
	}}))
}

func TestADayWithoutSalesHasAReport(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "day,section,key,currency,count,minor_units\n", reportOf(t, sold{}))
}
