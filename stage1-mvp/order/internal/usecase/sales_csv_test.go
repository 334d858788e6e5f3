package usecase_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase"
)

// sold is a day on which these were sold.
type sold []string

func (s sold) Of(_ context.Context, day domain.Day, _ int) (domain.Sales, error) {
	total, err := domain.NewMoney(500, "EUR")
	sales := domain.Sales{Day: day}
	for _, sku := range s {
		sales.TopSKUs = append(sales.TopSKUs, domain.SoldSKU{SKU: sku, Pieces: 1, Total: total})
	}
	return sales, err
}

// shelf keeps the last report.
type shelf struct{ content string }

func (s *shelf) Put(_ context.Context, _, _ string, content []byte) error {
	s.content = string(content)
	return nil
}

func reportOf(t *testing.T, sales usecase.Sales) string {
	t.Helper()
	day, err := domain.ParseDay(friday)
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
2026-11-20,top_sku,tea-green,EUR,1,500
`, reportOf(t, sold{"=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", `a,"b=1`, "tea-green"}))
}

func TestADayWithoutSalesHasAReport(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "day,section,key,currency,count,minor_units\n", reportOf(t, sold{}))
}
