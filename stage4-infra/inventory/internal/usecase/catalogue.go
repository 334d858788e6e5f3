package usecase

import (
	"context"
	"errors"
	"strings"

	"github.com/samber/lo"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/pagination"
)

const (
	maxSKUs      = 100
	productScope = "products sort=sku:asc"
)

// Catalogue reads and changes products.
type Catalogue struct {
	tx       Transactor
	products domain.ProductRepository
	queries  ProductQueries
	events   EventPublisher
	cursors  *pagination.Signer
	now      clock.Clock
}

// NewCatalogue returns the use case.
func NewCatalogue(
	tx Transactor, products domain.ProductRepository, queries ProductQueries, events EventPublisher, cursors *pagination.Signer,
	now clock.Clock,
) *Catalogue {
	return &Catalogue{tx: tx, products: products, queries: queries, events: events, cursors: cursors, now: now}
}

// Get returns one product for each SKU, in the order of the request. If one of them does not exist, the answer is a NotFound that names
// all that do not.
func (u *Catalogue) Get(ctx context.Context, requested []string) ([]dto.Product, error) {
	if len(requested) < 1 || len(requested) > maxSKUs {
		return nil, errs.New(errs.InvalidInput, "INVALID_INPUT", "1 to %d skus are allowed", maxSKUs)
	}
	skus := make([]domain.SKU, len(requested))
	for i, text := range requested {
		sku, err := domain.ParseSKU(text)
		if err != nil {
			return nil, public(err)
		}
		skus[i] = sku
	}
	found, err := u.queries.Find(ctx, skus)
	if err != nil {
		return nil, err
	}
	bySKU := lo.KeyBy(found, (*domain.Product).SKU)
	products, missing := make([]dto.Product, 0, len(skus)), []string(nil)
	for _, sku := range skus {
		if product, ok := bySKU[sku]; ok {
			products = append(products, dto.FromProduct(product))
		} else {
			missing = append(missing, string(sku))
		}
	}
	if len(missing) > 0 {
		return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "no such product: %s", strings.Join(missing, ", "))
	}
	return products, nil
}

// List returns a page in SKU order. It reads one product more than fits, to know whether there is a next page.
func (u *Catalogue) List(ctx context.Context, pageSize int32, cursor string) (page dto.ProductPage, err error) {
	after, err := pagination.Place[domain.SKU](u.cursors, productScope, cursor)
	if err != nil {
		return dto.ProductPage{}, err
	}
	size := pagination.Size(pageSize)
	products, err := u.queries.List(ctx, lo.FromPtr(after), size+1)
	if err != nil {
		return dto.ProductPage{}, err
	}
	if len(products) > size {
		products = products[:size]
		if page.Next, err = u.cursors.Encode(productScope, products[size-1].SKU()); err != nil {
			return dto.ProductPage{}, err
		}
	}
	page.Products = lo.Map(products, func(p *domain.Product, _ int) dto.Product { return dto.FromProduct(p) })
	return page, nil
}

// Put creates a product or replaces its name and price, and returns it as it is afterwards. Repeating the request changes nothing, so it
// needs no key.
func (u *Catalogue) Put(ctx context.Context, in dto.PutProduct) (out dto.PutResult, err error) {
	sku, err := domain.ParseSKU(in.SKU)
	if err != nil {
		return dto.PutResult{}, public(err)
	}
	price, err := domain.NewMoney(in.UnitPrice, in.Currency)
	if err != nil {
		return dto.PutResult{}, public(err)
	}
	var product *domain.Product
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		product, err = u.products.Get(ctx, sku)
		out.Created = errors.Is(err, domain.ErrProductNotFound)
		switch {
		case out.Created:
			product, err = u.create(ctx, sku, in.Name, price)
		case err == nil:
			err = u.change(ctx, product, in.Name, price)
		}
		return err
	})
	if err != nil {
		return dto.PutResult{}, public(err)
	}
	out.Product = dto.FromProduct(product)
	return out, nil
}

func (u *Catalogue) create(ctx context.Context, sku domain.SKU, name string, price domain.Money) (*domain.Product, error) {
	product, err := domain.NewProduct(sku, name, price, u.now())
	if err != nil {
		return nil, err
	}
	if err := u.products.Create(ctx, product); err != nil {
		return nil, err
	}
	return product, u.events.Publish(ctx, product.Events()...)
}

func (u *Catalogue) change(ctx context.Context, product *domain.Product, name string, price domain.Money) error {
	changed, err := product.Change(name, price, u.now())
	if err != nil || !changed {
		return err
	}
	if err := u.products.Update(ctx, product); err != nil {
		return err
	}
	return u.events.Publish(ctx, product.Events()...)
}
