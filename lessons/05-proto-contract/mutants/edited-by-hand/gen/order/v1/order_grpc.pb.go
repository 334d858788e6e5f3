package orderv1

import context "context"
import grpc "google.golang.org/grpc"
import codes "google.golang.org/grpc/codes"
import status "google.golang.org/grpc/status"

const OrderService_WatchOrder_FullMethodName        = "/order.v1.OrderService/Watch" + "Order"
