package usecase

import (
	"context"
	"slices"

	"shop/order/internal/query"
)

// ProjectProduct brings the names of products into the read model of lists.
type ProjectProduct struct{ projection Projection }

// NewProjectProduct returns the use case.
func NewProjectProduct(projection Projection) *ProjectProduct {
	return &ProjectProduct{projection: projection}
}

// Execute stores the name that a product has since the event with this sequence.
func (u *ProjectProduct) Execute(ctx context.Context, sku, name string, sequence int64) error {
	return u.projection.ProjectProductName(ctx, sku, name, sequence)
}

// productNames asks for the names of products of which no event has come.
type productNames struct {
	projection Projection
	catalogue  Catalogue
}

// mostSKUs is how many products the catalogue returns at once.
const mostSKUs = 100

func (n productNames) fill(ctx context.Context, changes ...query.OrderChange) error {
	var skus []string
	for _, change := range changes {
		for _, item := range change.Created.Items {
			skus = append(skus, item.SKU)
		}
	}
	slices.Sort(skus)
	nameless, err := n.projection.NamelessSKUs(ctx, slices.Compact(skus))
	if err != nil {
		return err
	}
	for some := range slices.Chunk(nameless, mostSKUs) {
		products, err := n.catalogue.Products(ctx, some)
		if err != nil {
			return err
		}
		for _, product := range products {
			// Every event has a higher sequence.
			if err := n.projection.ProjectProductName(ctx, product.SKU, product.Name, 0); err != nil {
				return err
			}
		}
	}
	return nil
}
