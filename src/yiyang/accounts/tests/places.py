"""竹阳街道 and 乌木镇 of 大竹县, 通川区 beside it, and the city above: where 爱华, 保国 and 春兰 work."""

DAZHU, ZHUYANG, WUMU, TONGCHUAN, DAZHOU = 511724000000, 511724001000, 511724101000, 511702000000, 511700000000
