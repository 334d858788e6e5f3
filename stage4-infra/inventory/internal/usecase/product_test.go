package usecase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/paralleltest"
)

func tea(price int64) dto.PutProduct {
	return dto.PutProduct{SKU: "tea", Name: "Earl Grey", UnitPrice: price, Currency: "EUR"}
}

func TestPutProduct_CreatesThenReplaces(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	created, err := i.catalogue.Put(t.Context(), tea(490))
	require.NoError(t, err)
	assert.Equal(t, dto.PutResult{
		Product: dto.Product{SKU: "tea", Name: "Earl Grey", UnitPrice: 490, Currency: "EUR", Version: 1}, Created: true,
	}, created)
	repeated, err := i.catalogue.Put(t.Context(), tea(490))
	require.NoError(t, err)
	assert.Equal(t, dto.PutResult{Product: created.Product}, repeated, "a repetition is not a change")
	changed, err := i.catalogue.Put(t.Context(), tea(500))
	require.NoError(t, err)
	assert.Equal(t, []int64{500, 2}, []int64{changed.Product.UnitPrice, changed.Product.Version})

	stored, err := i.catalogue.Get(t.Context(), []string{"tea"})
	require.NoError(t, err)
	assert.Equal(t, []dto.Product{changed.Product}, stored)
	assert.Equal(t, []string{"inventory.product.changed", "inventory.product.changed"}, i.events.seen)
}

func TestPutProduct_Concurrent_OneCreatesAndEveryChangeCounts(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	results := make([]dto.PutResult, 4)
	problems := paralleltest.Together(len(results), func(n int) (err error) {
		results[n], err = i.catalogue.Put(t.Context(), tea(int64(100+n)))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	assert.Equal(t, 1, lo.CountBy(results, func(r dto.PutResult) bool { return r.Created }))
	versions := lo.Map(results, func(r dto.PutResult, _ int) int64 { return r.Product.Version })
	assert.ElementsMatch(t, []int64{1, 2, 3, 4}, versions, "no change was lost")
}

func TestPutProduct_InvalidProduct_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	for name, spoil := range map[string]func(p *dto.PutProduct){
		"bad sku":          func(p *dto.PutProduct) { p.SKU = "green tea" },
		"no name":          func(p *dto.PutProduct) { p.Name = " " },
		"long name":        func(p *dto.PutProduct) { p.Name = strings.Repeat("é", 201) },
		"newline":          func(p *dto.PutProduct) { p.Name = "tea\nbag" },
		"not UTF-8":        func(p *dto.PutProduct) { p.Name = "\xff" },
		"negative price":   func(p *dto.PutProduct) { p.UnitPrice = -1 },
		"price too high":   func(p *dto.PutProduct) { p.UnitPrice = 10_000_000_001 },
		"unknown currency": func(p *dto.PutProduct) { p.Currency = "eur" },
	} {
		request := tea(1)
		spoil(&request)
		_, err := i.catalogue.Put(t.Context(), request)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	limits := dto.PutProduct{SKU: "tea", Name: strings.Repeat("é", 200), UnitPrice: 10_000_000_000, Currency: "JPY"}
	_, err := i.catalogue.Put(t.Context(), limits)
	assert.NoError(t, err, "the limits themselves are allowed")
}

func TestGetProducts_KeepsTheOrderOfTheRequest(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	for _, sku := range []string{"cup", "pot", "tea"} {
		i.product(sku)
	}

	products, err := i.catalogue.Get(t.Context(), []string{"tea", "cup", "tea"})

	require.NoError(t, err)
	assert.Equal(t, []string{"tea", "cup", "tea"}, skusOf(products))
}

func TestGetProducts_UnknownSKUs_ReturnsNotFoundNamingThem(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	i.product("tea")

	_, err := i.catalogue.Get(t.Context(), []string{"zzz", "tea", "aaa"})

	refusal := errs.From(err)
	assert.Equal(t, "PRODUCT_NOT_FOUND", refusal.Reason)
	assert.Equal(t, errs.NotFound, refusal.Code)
	assert.Equal(t, "no such product: zzz, aaa", refusal.Message)
}

func TestGetProducts_TooFewOrTooMany_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	for name, skus := range map[string][]string{"none": nil, "101": make([]string, 101), "bad sku": {"green tea"}} {
		_, err := i.catalogue.Get(t.Context(), skus)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
}

func TestListProducts_PagesHaveEveryProductOnceInByteOrder(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	want := []string{"A", "B1", "B~", "a", "b"} // not the order of a dictionary
	for _, sku := range []string{"b", "B~", "a", "A", "B1"} {
		i.product(sku)
	}

	var seen []string
	for cursor := ""; ; {
		page, err := i.catalogue.List(t.Context(), 2, cursor)
		require.NoError(t, err)
		seen = append(seen, skusOf(page.Products)...)
		if cursor = page.Next; cursor == "" {
			break
		}
		require.Len(t, page.Products, 2)
	}

	assert.Equal(t, want, seen)
	whole, err := i.catalogue.List(t.Context(), int32(len(want)), "")
	require.NoError(t, err)
	assert.Empty(t, whole.Next, "a page that is exactly full is the last")
	_, err = i.catalogue.List(t.Context(), 2, "forged")
	assert.Equal(t, "INVALID_CURSOR", errs.From(err).Reason)
}

func TestListProducts_Size_IsTwentyByDefaultAndAtMostHundred(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	for n := range 101 {
		i.product(fmt.Sprintf("p%03d", n))
	}
	for size, want := range map[int32]int{0: 20, 1000: 100} {
		page, err := i.catalogue.List(t.Context(), size, "")
		require.NoError(t, err)
		assert.Len(t, page.Products, want)
	}
}

func skusOf(products []dto.Product) []string {
	return lo.Map(products, func(p dto.Product, _ int) string { return p.SKU })
}
