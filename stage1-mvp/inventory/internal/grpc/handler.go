// Package grpc serves the use cases as inventory.v1.InventoryService. It only translates: errors are mapped in one place, by the server.
package grpc

import (
	"context"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/auth"
)

// Handler implements inventoryv1.InventoryServiceServer.
type Handler struct {
	inventoryv1.UnimplementedInventoryServiceServer

	getStock    *usecase.GetStock
	adjustStock *usecase.AdjustStock
	reserve     *usecase.Reserve
	release     *usecase.Release
}

// NewHandler returns the handler of all use cases.
func NewHandler(
	getStock *usecase.GetStock, adjustStock *usecase.AdjustStock, reserve *usecase.Reserve, release *usecase.Release,
) *Handler {
	return &Handler{getStock: getStock, adjustStock: adjustStock, reserve: reserve, release: release}
}

// Rules say who may call what. A method without a rule is denied to everyone.
func Rules() auth.Rules {
	return auth.Rules{
		inventoryv1.InventoryService_GetStock_FullMethodName:    {auth.Customer, auth.Admin},
		inventoryv1.InventoryService_AdjustStock_FullMethodName: {auth.Admin},
		inventoryv1.InventoryService_Reserve_FullMethodName:     {auth.Service},
		inventoryv1.InventoryService_Release_FullMethodName:     {auth.Service},
	}
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

// Reserve holds the items of an order.
func (h *Handler) Reserve(ctx context.Context, req *inventoryv1.ReserveRequest) (*inventoryv1.ReserveResponse, error) {
	reservation, err := h.reserve.Execute(ctx, toReserve(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReserveResponse{ReservationId: reservation.ID}, nil
}

// Release undoes a Reserve.
func (h *Handler) Release(ctx context.Context, req *inventoryv1.ReleaseRequest) (*inventoryv1.ReleaseResponse, error) {
	released, err := h.release.Execute(ctx, toRelease(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReleaseResponse{Released: released}, nil
}
