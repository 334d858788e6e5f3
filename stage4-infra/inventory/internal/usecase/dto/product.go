package dto

import "shop/inventory/internal/domain"

// Product is an entry of the catalogue.
type Product struct {
	SKU       string
	Name      string
	UnitPrice int64 // of one piece, in minor units of Currency
	Currency  string
	Version   int64
}

// ProductPage is a page of the catalogue. Next is empty on the last page.
type ProductPage struct {
	Products []Product
	Next     string
}

// PutProduct asks for a product with this name and price.
type PutProduct struct {
	SKU       string
	Name      string
	UnitPrice int64
	Currency  string
}

// PutResult is the product as it is now. Created says that there was none before.
type PutResult struct {
	Product Product
	Created bool
}

// FromProduct returns what is shown of a product.
func FromProduct(p *domain.Product) Product {
	return Product{
		SKU: string(p.SKU()), Name: p.Name(), UnitPrice: p.UnitPrice().MinorUnits(), Currency: p.UnitPrice().Currency(),
		Version: p.Version(),
	}
}
