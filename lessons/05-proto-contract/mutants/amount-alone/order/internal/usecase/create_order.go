package usecase

import (
	"context"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

func (u *CreateOrder) newOrder(ctx context.Context, in dto.CreateOrder) (*domain.Order, error) {
	skus := make([]string, len(in.Items))
	for i, item := range in.Items {
		skus[i] = item.SKU
	}
	products, err := u.catalogue.Products(ctx, skus)
	if err != nil {
		return nil, err
	}
	items := make([]domain.Item, len(in.Items))
	for i, item := range in.Items {
		if items[i], err = domain.NewItem(item.SKU, item.Quantity, products[i].UnitPrice); err != nil {
			return nil, public(err)
		}
	}
	order, err := domain.NewOrder(newID(), in.BuyerID, items, u.now())
	if err != nil {
		return nil, public(err)
	}
	total := dto.Money{MinorUnits: order.Total().MinorUnits(), Currency: order.Total().Currency()}
	if in.ExpectedTotal != nil && in.ExpectedTotal.MinorUnits != total.MinorUnits {
		return nil, errs.New(errs.Precondition, "PRICE_CHANGED", "the total is %s now", order.Total())
	}
	return order, nil
}
