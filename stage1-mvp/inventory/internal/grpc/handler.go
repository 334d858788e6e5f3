// Package grpc is how others reach inventory.
package grpc

import (
	"context"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
)

// Handler turns requests into calls of use cases. Errors leave it as they are: the server maps them, once.
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

// GetStock implements InventoryService.
func (h *Handler) GetStock(ctx context.Context, req *inventoryv1.GetStockRequest) (*inventoryv1.GetStockResponse, error) {
	stock, err := h.getStock.Execute(ctx, req.GetSku())
	if err != nil {
		return nil, err
	}
	return &inventoryv1.GetStockResponse{Stock: fromStock(stock)}, nil
}

// AdjustStock implements InventoryService.
func (h *Handler) AdjustStock(
	ctx context.Context, req *inventoryv1.AdjustStockRequest,
) (*inventoryv1.AdjustStockResponse, error) {
	caller, _ := auth.FromContext(ctx)
	stock, err := h.adjustStock.Execute(ctx, usecase.AdjustStockInput{
		Caller:         caller.Subject,
		IdempotencyKey: req.GetIdempotencyKey(),
		SKU:            req.GetSku(),
		Delta:          req.GetDelta(),
	})
	if err != nil {
		return nil, err
	}
	return &inventoryv1.AdjustStockResponse{Stock: fromStock(stock)}, nil
}

// Reserve implements InventoryService.
func (h *Handler) Reserve(ctx context.Context, req *inventoryv1.ReserveRequest) (*inventoryv1.ReserveResponse, error) {
	out, err := h.reserve.Execute(ctx, toReserveInput(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReserveResponse{ReservationId: out.ReservationID}, nil
}

// Release implements InventoryService.
func (h *Handler) Release(ctx context.Context, req *inventoryv1.ReleaseRequest) (*inventoryv1.ReleaseResponse, error) {
	released, err := h.release.Execute(ctx, toReleaseInput(req))
	if err != nil {
		return nil, err
	}
	return &inventoryv1.ReleaseResponse{Released: released}, nil
}
