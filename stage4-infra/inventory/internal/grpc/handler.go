// Package grpc serves the use cases as inventory.v1.InventoryService. It only translates: errors are mapped in one place, by the server.
package grpc

import (
	"context"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/internal/usecase"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/auth"
)

// Handler implements inventoryv1.InventoryServiceServer.
type Handler struct {
	inventoryv1.UnimplementedInventoryServiceServer

	catalogue   *usecase.Catalogue
	getStock    *usecase.GetStock
	adjustStock *usecase.AdjustStock
	steps       *usecase.SagaSteps
}

// NewHandler returns the handler of all use cases.
func NewHandler(
	catalogue *usecase.Catalogue, getStock *usecase.GetStock, adjustStock *usecase.AdjustStock, steps *usecase.SagaSteps,
) *Handler {
	return &Handler{catalogue: catalogue, getStock: getStock, adjustStock: adjustStock, steps: steps}
}

// Rules say who may call what. A method without a rule is denied to everyone.
func Rules() auth.Rules {
	return auth.Rules{
		inventoryv1.InventoryService_GetProducts_FullMethodName:  {auth.Customer, auth.Warehouse, auth.Admin, auth.Service},
		inventoryv1.InventoryService_ListProducts_FullMethodName: {auth.Customer, auth.Warehouse, auth.Admin},
		inventoryv1.InventoryService_PutProduct_FullMethodName:   {auth.Admin},
		inventoryv1.InventoryService_GetStock_FullMethodName:     {auth.Customer, auth.Warehouse, auth.Admin},
		inventoryv1.InventoryService_AdjustStock_FullMethodName:  {auth.Admin},
		inventoryv1.InventoryService_Reserve_FullMethodName:      {auth.Service},
		inventoryv1.InventoryService_Release_FullMethodName:      {auth.Service},
		inventoryv1.InventoryService_Ship_FullMethodName:         {auth.Service},
	}
}

// GetProducts returns products by their SKUs.
func (h *Handler) GetProducts(
	ctx context.Context, req *inventoryv1.GetProductsRequest,
) (*inventoryv1.GetProductsResponse, error) {
	products, err := h.catalogue.Get(ctx, req.GetSkus())
	if err != nil {
		return nil, err
	}
	return &inventoryv1.GetProductsResponse{Products: fromProducts(products)}, nil
}

// ListProducts returns a page of the catalogue.
func (h *Handler) ListProducts(
	ctx context.Context, req *inventoryv1.ListProductsRequest,
) (*inventoryv1.ListProductsResponse, error) {
	page, err := h.catalogue.List(ctx, req.GetPageSize(), req.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ListProductsResponse{Products: fromProducts(page.Products), NextPageToken: page.Next}, nil
}

// PutProduct creates a product or replaces its name and price.
func (h *Handler) PutProduct(ctx context.Context, req *inventoryv1.PutProductRequest) (*inventoryv1.PutProductResponse, error) {
	result, err := h.catalogue.Put(ctx, dto.PutProduct{
		SKU: req.GetSku(), Name: req.GetName(),
		UnitPrice: req.GetUnitPrice().GetMinorUnits(), Currency: req.GetUnitPrice().GetCurrency(),
	})
	if err != nil {
		return nil, err
	}
	return &inventoryv1.PutProductResponse{Product: fromProduct(result.Product), Created: result.Created}, nil
}

// GetStock returns what is available and what is reserved of one SKU.
func (h *Handler) GetStock(ctx context.Context, req *inventoryv1.GetStockRequest) (*inventoryv1.GetStockResponse, error) {
	stock, err := h.getStock.Execute(ctx, req.GetSku())
	if err != nil {
		return nil, err
	}
	return &inventoryv1.GetStockResponse{Stock: fromStock(stock)}, nil
}

// AdjustStock changes what is available.
func (h *Handler) AdjustStock(
	ctx context.Context, req *inventoryv1.AdjustStockRequest,
) (*inventoryv1.AdjustStockResponse, error) {
	caller, _ := auth.FromContext(ctx)
	adjusted, err := h.adjustStock.Execute(ctx, dto.AdjustStock{
		CallerID:       caller.UserID(),
		IdempotencyKey: req.GetIdempotencyKey(),
		SKU:            req.GetSku(),
		Delta:          req.GetDelta(),
	})
	if err != nil {
		return nil, err
	}
	return &inventoryv1.AdjustStockResponse{Stock: fromStock(adjusted.Stock), Replayed: adjusted.Replayed}, nil
}

// Reserve reserves the items of an order.
func (h *Handler) Reserve(ctx context.Context, req *inventoryv1.ReserveRequest) (*inventoryv1.ReserveResponse, error) {
	reservation, err := h.steps.Reserve(ctx, ToReserve(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReserveResponse{ReservationId: reservation.ID}, nil
}

// Release undoes a Reserve.
func (h *Handler) Release(ctx context.Context, req *inventoryv1.ReleaseRequest) (*inventoryv1.ReleaseResponse, error) {
	released, err := h.steps.Release(ctx, ToStep(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReleaseResponse{Released: released}, nil
}

// Ship removes the reserved items of an order.
func (h *Handler) Ship(ctx context.Context, req *inventoryv1.ShipRequest) (*inventoryv1.ShipResponse, error) {
	if err := h.steps.Ship(ctx, ToStep(req)); err != nil {
		return nil, err
	}
	return &inventoryv1.ShipResponse{}, nil
}
